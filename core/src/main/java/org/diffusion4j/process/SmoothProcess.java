package org.diffusion4j.process;

/**
 * A process whose coefficients have derivatives, for solvers of the probability-flow ODE in t itself. With r = sigma/alpha it is
 * {@code dx/dt = (r'/r + alpha'/alpha)·x − alpha·r'/r·x0} (EDM, equation 81).
 */
public interface SmoothProcess extends DiffusionProcess {

    /** d(sigma/alpha)/dt. */
    double noiseToSignalRate(double t);

    /** d(log alpha)/dt. */
    double logAlphaRate(double t);
}
