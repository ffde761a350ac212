package org.diffusion4j.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Tensors;

/** Decodes PNG, JPEG, WebP, TIFF, BMP and GIF (the first frame), and turns the picture as its EXIF data say. */
public final class Picture {

    /** What is read, in words. */
    public static final String FORMATS = "PNG, JPEG, WebP, TIFF, BMP or GIF";

    /** How such files are named, in lower case. */
    static final Set<String> EXTENSIONS =
            Set.of("png", "jpg", "jpeg", "jpe", "jfif", "webp", "tif", "tiff", "bmp", "gif");

    /** A header that promises more pixels than this is refused before memory is taken. */
    static final long MOST_PIXELS = 1L << 26;

    /** More pixels than one byte of any of the formats can become: 4096 of a GIF, 8256 of a PNG with a bit a pixel. */
    private static final long MOST_PIXELS_OF_A_BYTE = 1L << 14;

    /** Half of the heap, with four bytes for a pixel of Java's and three of ours. */
    private static final long MOST_PIXELS_IN_HEAP = Runtime.getRuntime().maxMemory() / 2 / 7;

    private static final int MOST_BYTES = 256 << 20;
    private static final int MOST_GREY_BITS = 16;

    private Picture() {}

    /**
     * Reads one image file, in colour and as large as it is.
     *
     * @return uint8 {@code [3, height, width]}, made in the caller's scope
     * @throws FormatException if it is no image, or is damaged or too large
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    public static Tensor read(Path file) {
        PixelPlanes planes = planes(file);
        return Tensors.of(planes.bytes(), planes.channels(), planes.height(), planes.width());
    }

    /** {@link #read} before it is a tensor. */
    static PixelPlanes planes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return decode(in);
        } catch (FileSystemException e) {
            throw FileTrouble.reading(file, e);
        } catch (IOException e) {
            throw new FormatException(file + ": cannot be read as " + FORMATS + ": " + e.getMessage(), e);
        }
    }

    /**
     * The image files in a folder and below it, by path; hidden ones are passed over.
     *
     * @throws FormatException if there are none
     */
    public static List<Path> filesIn(Path folder) {
        List<Path> files = ImageFile.inFolder(folder).stream()
                .filter(ImageFile::isImage)
                .map(file -> folder.resolve(file.path()))
                .toList();
        if (files.isEmpty()) {
            throw new FormatException(folder + ": there is no " + FORMATS + " file in it");
        }
        return files;
    }

    /**
     * Decodes one image, in colour.
     *
     * @throws IOException if it is not an image, is damaged or too large
     */
    static PixelPlanes decode(InputStream in) throws IOException {
        byte[] file = in.readNBytes(MOST_BYTES);
        try (ImageInputStream stream = new EndingStream(file)) {
            ImageReader reader = reader(stream);
            try {
                int orientation = Orientation.of(stream);
                reader.setInput(stream, true, true);
                return PixelPlanes.of(decode(reader, file.length)).upright(orientation);
            } catch (RuntimeException e) { // readers meet damage with whatever it leads to
                throw new IOException("it is damaged, " + e, e);
            } finally {
                reader.dispose();
            }
        }
    }

    /** The plug-in's, which comes first, but for an ordinary JPEG the JDK's, whose pixels data sets have always had. */
    private static ImageReader reader(ImageInputStream in) throws IOException {
        List<ImageReader> readers = new ArrayList<>();
        ImageIO.getImageReaders(in).forEachRemaining(readers::add);
        if (readers.isEmpty()) {
            throw new IOException("it is not a " + FORMATS);
        }
        boolean ordinary = JpegSegment.areOrdinary(JpegSegment.of(in));
        return readers.stream()
                .filter(reader -> ordinary && reader.getClass().getName().startsWith("com.sun."))
                .findFirst()
                .orElse(readers.get(0));
    }

    private static BufferedImage decode(ImageReader reader, long bytes) throws IOException {
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        String most = pixels > MOST_PIXELS
                ? MOST_PIXELS + " are read"
                : pixels > bytes * MOST_PIXELS_OF_A_BYTE
                        ? bytes * MOST_PIXELS_OF_A_BYTE + " fit in a file of its length"
                        : pixels > MOST_PIXELS_IN_HEAP
                                ? MOST_PIXELS_IN_HEAP + " fit in the heap; start Java with a larger -Xmx"
                                : "";
        if (!most.isEmpty()) {
            throw new IOException(
                    "it has " + reader.getWidth(0) + "×" + reader.getHeight(0) + " pixels, at most " + most);
        }
        boolean[] truncated = new boolean[1];
        // a JPEG that ends early is filled up with grey and only warned of
        reader.addIIOReadWarningListener((source, warning) -> truncated[0] |= warning.startsWith("Truncated"));
        BufferedImage image = reader.read(0);
        if (truncated[0]) {
            throw new EOFException("it is truncated");
        }
        int bits = image.getSampleModel().getSampleSize(0);
        if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY && bits > MOST_GREY_BITS) {
            throw new IOException("its grey values have " + bits + " bits, at most " + MOST_GREY_BITS + " are read");
        }
        return image;
    }
}
