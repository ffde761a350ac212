package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

/**
 * EDM's process: {@code alpha = 1}, and the noise's standard deviation is the time itself. The network is given sigma.
 *
 * <p>Karras, Aittala, Aila, Laine, "Elucidating the Design Space of Diffusion-Based Generative Models", NeurIPS 2022, table 1,
 * last column.
 */
public record VarianceExploding() implements DiffusionProcess {

    @Override
    public double alpha(double t) {
        return 1;
    }

    @Override
    public double sigma(double t) {
        require(t >= 0, "sigma must not be negative, was %s", t);
        return t;
    }

    @Override
    public double networkTime(double t) {
        return t;
    }

    @Override
    public double timeAt(double ratio) {
        return ratio;
    }
}
