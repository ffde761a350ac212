package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

/**
 * A chain whose network receives a timestep that is a stride ahead of the noise in x: diffusers' DDIM inversion, which asks about the
 * end of each step with the sample at its begin. Times are those that the network receives.
 *
 * @param first the timestep of the noise at times before {@code stride}; −1 where x is clean there
 */
public record LookAheadProcess(DiscreteProcess process, int stride, double first) implements ProcessView {

    public LookAheadProcess {
        require(stride >= 1, "a stride must be at least 1, was %s", stride);
    }

    @Override
    public double alpha(double t) {
        return process.alpha(behind(t));
    }

    @Override
    public double sigma(double t) {
        return process.sigma(behind(t));
    }

    @Override
    public double timeAt(double ratio) {
        return process.timeAt(ratio) + stride;
    }

    private double behind(double t) {
        return t < stride ? first : t - stride;
    }
}
