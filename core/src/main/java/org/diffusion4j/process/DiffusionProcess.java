package org.diffusion4j.process;

import org.diffusion4j.schedule.Posterior;

/**
 * The forward process: {@code x_t = alpha(t)·x0 + sigma(t)·eps}. Pure functions in float64; safe to share between threads.
 */
public interface DiffusionProcess {

    /** The share of the clean sample at time t. */
    double alpha(double t);

    /** The standard deviation of the noise at time t; never a variance. */
    double sigma(double t);

    /** The number that the network is given for t. */
    double networkTime(double t);

    /** q(x_s | x_t, x0) for s &lt; t at any distance. */
    default Posterior posterior(double t, double s) {
        return Posterior.of(alpha(t), sigma(t), alpha(s), sigma(s));
    }
}
