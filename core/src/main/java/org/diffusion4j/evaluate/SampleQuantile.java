package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

/** The quantile of samples as forecasts of the literature have it (gluonts' {@code SampleForecast}): one of the samples, no interpolation. */
public final class SampleQuantile {

    private SampleQuantile() {}

    /**
     * The sample number {@code (n − 1)·q}, rounded half to even.
     *
     * @param sorted ascending, at least one
     * @param q in [0, 1]
     */
    public static double of(double[] sorted, double q) {
        require(sorted.length > 0, "a quantile needs at least one sample");
        require(q >= 0 && q <= 1, "a quantile lies in [0, 1], was %s", q);
        return sorted[(int) Math.rint((sorted.length - 1) * q)];
    }
}
