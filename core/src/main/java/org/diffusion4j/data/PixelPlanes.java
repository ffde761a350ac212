package org.diffusion4j.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;

/**
 * One image as unsigned bytes {@code [channels, height, width]}.
 *
 * <p>Grey files are read from their raster: Java takes their samples as linear light and would brighten them on the way to RGB.
 * Luma is ITU-R 601 in 16-bit fixed point, and alpha is dropped, both as in Pillow's {@code convert}.
 */
record PixelPlanes(int channels, int height, int width, byte[] bytes) {

    static PixelPlanes of(BufferedImage image, boolean grey) {
        int width = image.getWidth();
        int height = image.getHeight();
        int area = Math.multiplyExact(width, height);
        byte[] bytes = new byte[Math.multiplyExact(grey ? 1 : 3, area)];
        int[] row = new int[width];
        boolean greySource = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        for (int y = 0; y < height; y++) {
            readRow(image, y, row, greySource);
            for (int x = 0; x < width; x++) {
                int red = row[x] >> 16 & 0xff;
                int green = row[x] >> 8 & 0xff;
                int blue = row[x] & 0xff;
                int at = y * width + x;
                if (grey) {
                    bytes[at] = (byte) (19595 * red + 38470 * green + 7471 * blue + 0x8000 >> 16);
                } else {
                    bytes[at] = (byte) red;
                    bytes[area + at] = (byte) green;
                    bytes[2 * area + at] = (byte) blue;
                }
            }
        }
        return new PixelPlanes(grey ? 1 : 3, height, width, bytes);
    }

    /** Reads row {@code y} as RGB, 8 bits each. */
    private static void readRow(BufferedImage image, int y, int[] row, boolean greySource) {
        if (!greySource) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            return;
        }
        image.getRaster().getSamples(0, y, row.length, 1, 0, row);
        int brightest = (1 << image.getSampleModel().getSampleSize(0)) - 1;
        for (int x = 0; x < row.length; x++) {
            row[x] = (row[x] * 255 + brightest / 2) / brightest * 0x010101;
        }
    }
}
