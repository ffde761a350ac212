package org.diffusion4j.process;

/**
 * A process whose coefficients have derivatives, for solvers of the probability-flow ODE in t itself:
 * {@code dx/dt = alpha'(t)·x0 + sigma'(t)·eps}.
 */
public interface SmoothProcess extends DiffusionProcess {

    /** dalpha/dt. */
    double alphaRate(double t);

    /** dsigma/dt. */
    double sigmaRate(double t);
}
