package org.diffusion4j.data;

import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes PNG, JPEG, BMP and GIF (its first frame). */
final class Picture {

    /** A header that promises more pixels than this is refused before memory is taken. */
    static final long MOST_PIXELS = 1L << 26;

    private Picture() {}

    /**
     * Decodes one image.
     *
     * @throws IOException if it is not an image, is damaged or too large
     */
    static BufferedImage decode(InputStream in) throws IOException {
        try (ImageInputStream stream = new MemoryCacheImageInputStream(in)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new IOException("it is not a PNG, JPEG, BMP or GIF");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                return decode(reader);
            } catch (RuntimeException e) { // the JDK's readers meet damage with whatever it leads to
                throw new IOException("it is damaged, " + e, e);
            } finally {
                reader.dispose();
            }
        }
    }

    private static BufferedImage decode(ImageReader reader) throws IOException {
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MOST_PIXELS) {
            throw new IOException("it has " + reader.getWidth(0) + "×" + reader.getHeight(0) + " pixels, at most "
                    + MOST_PIXELS + " are read");
        }
        boolean[] truncated = new boolean[1];
        // a JPEG that ends early is filled up with grey and only warned of
        reader.addIIOReadWarningListener((source, warning) -> truncated[0] |= warning.startsWith("Truncated"));
        BufferedImage image = reader.read(0);
        if (truncated[0]) {
            throw new EOFException("it is truncated");
        }
        return image;
    }
}
