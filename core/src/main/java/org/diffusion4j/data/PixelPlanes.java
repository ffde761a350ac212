package org.diffusion4j.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * One image as unsigned bytes {@code [channels, height, width]}.
 *
 * <p>Grey files are read from their raster: Java takes their samples as linear light and would brighten them on the way to RGB.
 * Luma is ITU-R 601 in 16-bit fixed point as in Pillow's {@code convert}. What is transparent lies over white.
 */
record PixelPlanes(int channels, int height, int width, byte[] bytes) {

    /** In colour, whatever the image is. */
    static PixelPlanes of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int area = Math.multiplyExact(width, height);
        byte[] bytes = new byte[Math.multiplyExact(3, area)];
        int[] row = new int[width];
        boolean greySource = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        image.coerceData(false); // alpha beside the colours, not within them
        for (int y = 0; y < height; y++) {
            readRow(image, y, row, greySource);
            for (int x = 0; x < width; x++) {
                int alpha = row[x] >>> 24;
                int at = y * width + x;
                bytes[at] = overWhite(row[x] >> 16 & 0xff, alpha);
                bytes[area + at] = overWhite(row[x] >> 8 & 0xff, alpha);
                bytes[2 * area + at] = overWhite(row[x] & 0xff, alpha);
            }
        }
        return new PixelPlanes(3, height, width, bytes);
    }

    private static byte overWhite(int colour, int alpha) {
        return (byte) ((colour * alpha + 255 * (255 - alpha) + 127) / 255);
    }

    /** Whether red, green and blue are equal everywhere. */
    boolean isGrey() {
        int area = height * width;
        return Arrays.equals(bytes, 0, area, bytes, area, 2 * area)
                && Arrays.equals(bytes, 0, area, bytes, 2 * area, 3 * area);
    }

    /** The luma of three channels. */
    PixelPlanes grey() {
        int area = height * width;
        byte[] luma = new byte[area];
        for (int i = 0; i < area; i++) {
            int red = bytes[i] & 0xff;
            int green = bytes[area + i] & 0xff;
            int blue = bytes[2 * area + i] & 0xff;
            luma[i] = (byte) (19595 * red + 38470 * green + 7471 * blue + 0x8000 >> 16);
        }
        return new PixelPlanes(1, height, width, luma);
    }

    /** Reads row {@code y} as ARGB, 8 bits each. */
    private static void readRow(BufferedImage image, int y, int[] row, boolean greySource) {
        if (!greySource) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            return;
        }
        int[] alpha = new int[row.length];
        if (image.getColorModel().hasAlpha()) {
            readBand(image, y, 1, alpha);
        } else {
            Arrays.fill(alpha, 0xff);
        }
        readBand(image, y, 0, row);
        for (int x = 0; x < row.length; x++) {
            row[x] = alpha[x] << 24 | row[x] * 0x010101;
        }
    }

    /** Reads samples of at most 16 bits as 8. */
    private static void readBand(BufferedImage image, int y, int band, int[] row) {
        image.getRaster().getSamples(0, y, row.length, 1, band, row);
        int brightest = (1 << image.getSampleModel().getSampleSize(band)) - 1;
        for (int x = 0; x < row.length; x++) {
            row[x] = (row[x] * 255 + brightest / 2) / brightest;
        }
    }

    /** The image as it is meant to be seen, by its {@link Orientation}: above 4 rows and columns are exchanged. */
    PixelPlanes upright(int orientation) {
        if (orientation == Orientation.UPRIGHT) {
            return this;
        }
        boolean turned = orientation > 4;
        boolean fromBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        boolean fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        int rows = turned ? width : height;
        int columns = turned ? height : width;
        byte[] upright = new byte[bytes.length];
        for (int channel = 0; channel < channels; channel++) {
            int plane = channel * height * width;
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < columns; x++) {
                    int row = turned ? x : y;
                    int column = turned ? y : x;
                    int from =
                            (fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column);
                    upright[plane + y * columns + x] = bytes[plane + from];
                }
            }
        }
        return new PixelPlanes(channels, rows, columns, upright);
    }
}
