package org.diffusion4j.process;

/**
 * A process in continuous time with its two ends: near the clean sample, where networks are asked last, and at the noise that samples
 * start from.
 */
public interface ContinuousProcess extends SmoothProcess {

    /** The least time for which a network is trained, and where the likelihood is taken; above 0, where the score has no bound. */
    double firstTime();

    /** T, the time of pure noise. */
    double lastTime();

    /** The standard deviation of the normal distribution that x at {@link #lastTime} is taken for. */
    default double priorDeviation() {
        return sigma(lastTime());
    }
}
