package org.diffusion4j.io;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes animated GIF files that repeat for ever. Gray pictures keep their 256 levels, colours are reduced to 256 a frame. */
public final class Gif {

    private static final byte[] FOR_EVER = {1, 0, 0};
    private static final IndexColorModel GRAYS = grays();

    private Gif() {}

    /**
     * Writes a file, whole or not at all; one that exists is replaced. The same frames give the same bytes.
     *
     * @param frames at least one, all of one size
     * @param delay how long each is shown, in hundredths of a second; viewers slow down what is below 2
     * @throws org.diffusion4j.engine.DiffusionException if the file cannot be written
     */
    public static void write(Path file, List<BufferedImage> frames, int delay) {
        require(!frames.isEmpty(), "a GIF needs at least one frame");
        require(
                0 <= delay && delay <= 0xffff,
                "the delay must lie in [0, 65535] hundredths of a second, was %s",
                delay);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (BufferedImage frame : frames) {
                BufferedImage indexed = frame.getType() == BufferedImage.TYPE_BYTE_GRAY ? indexed(frame) : frame;
                writer.writeToSequence(new IIOImage(indexed, null, metadata(writer, indexed, delay)), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException("a GIF in memory", e); // writing to memory does not fail
        } finally {
            writer.dispose();
        }
        AtomicFile.write(file, bytes.toByteArray());
    }

    /** The same levels as indices, which the writer would otherwise choose anew. */
    private static BufferedImage indexed(BufferedImage gray) {
        BufferedImage indexed =
                new BufferedImage(gray.getWidth(), gray.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, GRAYS);
        indexed.getRaster().setRect(gray.getRaster());
        return indexed;
    }

    private static IndexColorModel grays() {
        byte[] levels = new byte[256];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) i;
        }
        return new IndexColorModel(8, levels.length, levels, levels, levels);
    }

    private static IIOMetadata metadata(ImageWriter writer, BufferedImage frame, int delay) throws IOException {
        IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(frame), null);
        String format = metadata.getNativeMetadataFormatName();
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
        IIOMetadataNode control = (IIOMetadataNode)
                root.getElementsByTagName("GraphicControlExtension").item(0);
        control.setAttribute("delayTime", Integer.toString(delay));
        IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
        loop.setAttribute("applicationID", "NETSCAPE");
        loop.setAttribute("authenticationCode", "2.0");
        loop.setUserObject(FOR_EVER.clone());
        IIOMetadataNode extensions = new IIOMetadataNode("ApplicationExtensions");
        extensions.appendChild(loop);
        root.appendChild(extensions);
        metadata.setFromTree(format, root);
        return metadata;
    }
}
