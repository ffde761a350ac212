package org.diffusion4j.series;

/**
 * The mean size of each series over some rows, of those of its values that are known: pytorch-ts' {@code MeanScaler}.
 */
final class MeanScale {

    private static final double LEAST = 1e-10;

    private MeanScale() {}

    /**
     * The scale of each series, at least 1e-10.
     *
     * @param values {@code [rows][series]}
     * @param known 1 where a value is known, else 0
     * @param fallback of a series of which nothing is known here, or only zeros
     */
    static double[] of(double[][] values, double[][] known, double[] fallback) {
        double[] scale = new double[fallback.length];
        for (int d = 0; d < scale.length; d++) {
            double sum = 0;
            double count = 0;
            for (int t = 0; t < values.length; t++) {
                sum += Math.abs(values[t][d]) * known[t][d];
                count += known[t][d];
            }
            scale[d] = Math.max(LEAST, sum == 0 ? fallback[d] : sum / Math.max(1, count));
        }
        return scale;
    }
}
