package org.diffusion4j.process;

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
}
