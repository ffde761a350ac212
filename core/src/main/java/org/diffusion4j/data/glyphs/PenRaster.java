package org.diffusion4j.data.glyphs;

/**
 * A grey image on which a round pen draws: a pixel is the share of it that the pen covers, taken as how deep its centre lies under the
 * edge. Square roots are exact in IEEE arithmetic, so the pixels are the same on every machine. Not thread-safe.
 */
final class PenRaster {

    private final int size;
    private final double[] ink;

    PenRaster(int size) {
        this.size = size;
        ink = new double[size * size];
    }

    /** Draws a straight line; the pen's radius goes from {@code r0} to {@code r1}. Pixel centres have integer coordinates. */
    void line(double x0, double y0, double r0, double x1, double y1, double r1) {
        double reach = Math.max(r0, r1) + 0.5;
        int left = clamp(Math.floor(Math.min(x0, x1) - reach));
        int right = clamp(Math.ceil(Math.max(x0, x1) + reach));
        int top = clamp(Math.floor(Math.min(y0, y1) - reach));
        int bottom = clamp(Math.ceil(Math.max(y0, y1) + reach));
        double dx = x1 - x0;
        double dy = y1 - y0;
        double lengthSquared = Math.max(dx * dx + dy * dy, 1e-12);
        for (int y = top; y <= bottom; y++) {
            for (int x = left; x <= right; x++) {
                double along = ((x - x0) * dx + (y - y0) * dy) / lengthSquared;
                double nearest = Math.max(0, Math.min(1, along));
                double ex = x - x0 - nearest * dx;
                double ey = y - y0 - nearest * dy;
                double depth = r0 + nearest * (r1 - r0) + 0.5 - Math.sqrt(ex * ex + ey * ey);
                int at = y * size + x;
                ink[at] = Math.max(ink[at], Math.min(1, depth));
            }
        }
    }

    private int clamp(double pixel) {
        return (int) Math.max(0, Math.min(size - 1, pixel));
    }

    /** The image, 0 for paper and 255 for full ink; the paper is then blank again. */
    byte[] take() {
        byte[] pixels = new byte[ink.length];
        for (int i = 0; i < ink.length; i++) {
            pixels[i] = (byte) (int) (ink[i] * 255 + 0.5);
            ink[i] = 0;
        }
        return pixels;
    }
}
