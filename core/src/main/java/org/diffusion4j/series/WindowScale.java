package org.diffusion4j.series;

import java.util.Arrays;

/**
 * What the numbers of a window are divided by.
 *
 * @param usual the mean size of each series over all that was trained on; 1 where that is 0
 */
record WindowScale(Scaling scaling, double[] usual) {

    /** By the first rows of a series. */
    static WindowScale of(Scaling scaling, ModelSeries series, int rows) {
        double[] ones = new double[series.last().length];
        Arrays.fill(ones, 1);
        return new WindowScale(
                scaling,
                scaling == Scaling.NONE
                        ? ones
                        : MeanScale.of(
                                Arrays.copyOf(series.values(), rows), Arrays.copyOf(series.known(), rows), ones));
    }

    int series() {
        return usual.length;
    }

    /** The scale of each series in a window whose context has these rows; a series that is 0 all along has its usual one. */
    double[] of(ModelSeries series, int from, int to) {
        return scaling == Scaling.CONTEXT
                ? MeanScale.of(
                        Arrays.copyOfRange(series.values(), from, to),
                        Arrays.copyOfRange(series.known(), from, to),
                        usual)
                : usual;
    }
}
