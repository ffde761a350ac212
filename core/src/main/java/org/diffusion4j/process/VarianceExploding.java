package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

/**
 * A process that leaves the clean sample as it is: {@code alpha = 1, sigma = t^power}. The network is given sigma.
 *
 * <p>Karras, Aittala, Aila, Laine, "Elucidating the Design Space of Diffusion-Based Generative Models" (EDM), NeurIPS 2022, table 1:
 * power 1 is EDM, power ½ the variance-exploding SDE. Its times go from sigma 0.002 to 80, as there.
 */
public record VarianceExploding(double power) implements ContinuousProcess {

    private static final double EDM_LEAST = 0.002;
    private static final double EDM_MOST = 80;

    public VarianceExploding {
        require(power > 0, "the power of time must be positive, was %s", power);
    }

    /** EDM's: the standard deviation of the noise is the time. */
    public VarianceExploding() {
        this(1);
    }

    @Override
    public double alpha(double t) {
        return 1;
    }

    @Override
    public double sigma(double t) {
        require(t >= 0, "the time must not be negative, was %s", t);
        return Math.pow(t, power);
    }

    @Override
    public double networkTime(double t) {
        return sigma(t);
    }

    @Override
    public double timeAt(double ratio) {
        return Math.pow(ratio, 1 / power);
    }

    @Override
    public double firstTime() {
        return timeAt(EDM_LEAST);
    }

    @Override
    public double lastTime() {
        return timeAt(EDM_MOST);
    }

    @Override
    public double alphaRate(double t) {
        return 0;
    }

    @Override
    public double sigmaRate(double t) {
        return power * Math.pow(t, power - 1);
    }
}
