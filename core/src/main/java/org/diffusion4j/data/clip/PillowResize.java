package org.diffusion4j.data.clip;

/**
 * Pillow's bicubic resize of bytes, to the bit: a reduction averages, rows come before columns, and each pass rounds to bytes.
 *
 * <p>Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981, with a = −1/2. Weights are integers of {@value #BITS} bits
 * behind the point, as in Pillow.
 */
final class PillowResize {

    private static final int BITS = 22;
    private static final double A = -0.5;
    private static final double REACH = 2; // of the filter, in pixels of the larger of both sizes

    private PillowResize() {}

    /**
     * The resized planes.
     *
     * @param planes {@code [channels, height, width]}
     * @return {@code [channels, toHeight, toWidth]}
     */
    static byte[] apply(byte[] planes, int channels, int height, int width, int toHeight, int toWidth) {
        byte[] narrowed = pass(planes, channels * height, 1, width, toWidth);
        return pass(narrowed, channels, toWidth, height, toHeight);
    }

    /** Resizes the middle axis of {@code [outer, from, inner]}. */
    private static byte[] pass(byte[] source, int outer, int inner, int from, int to) {
        if (from == to) {
            return source;
        }
        byte[] resized = new byte[Math.multiplyExact(Math.multiplyExact(outer, to), inner)];
        for (int i = 0; i < to; i++) {
            Taps taps = Taps.of(i, from, to);
            for (int o = 0; o < outer; o++) {
                for (int n = 0; n < inner; n++) {
                    long sum = 1L << BITS - 1;
                    for (int k = 0; k < taps.weights.length; k++) {
                        sum += (long) taps.weights[k] * (source[(o * from + taps.first + k) * inner + n] & 0xff);
                    }
                    resized[(o * to + i) * inner + n] = (byte) Math.max(0, Math.min(255, sum >> BITS));
                }
            }
        }
        return resized;
    }

    /** The first pixel of the source that a pixel is made of, and the weights from there on. */
    private record Taps(int first, int[] weights) {

        static Taps of(int i, int from, int to) {
            double scale = (double) from / to;
            double stretch = Math.max(1, scale);
            double centre = (i + 0.5) * scale;
            int first = (int) Math.max(0, centre - REACH * stretch + 0.5);
            int end = (int) Math.min(from, centre + REACH * stretch + 0.5);
            double[] exact = new double[end - first];
            double sum = 0;
            for (int k = 0; k < exact.length; k++) {
                exact[k] = cubic((first + k + 0.5 - centre) / stretch);
                sum += exact[k];
            }
            int[] weights = new int[exact.length];
            for (int k = 0; k < weights.length; k++) {
                double fixed = exact[k] / sum * (1 << BITS);
                weights[k] = (int) (fixed + Math.copySign(0.5, fixed)); // half away from 0
            }
            return new Taps(first, weights);
        }

        private static double cubic(double x) {
            double r = Math.abs(x);
            if (r < 1) {
                return ((A + 2) * r - (A + 3)) * r * r + 1;
            }
            return r < 2 ? (((r - 5) * r + 8) * r - 4) * A : 0;
        }
    }
}
