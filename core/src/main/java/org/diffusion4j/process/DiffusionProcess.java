package org.diffusion4j.process;

import java.util.Arrays;
import java.util.Optional;
import org.diffusion4j.schedule.ForwardStep;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.TimeGrid;

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

    /** sigma(t)/alpha(t), which grows with t: 0 for the clean sample, infinite for pure noise. Its −log is lambda. */
    default double noiseToSignal(double t) {
        return sigma(t) / alpha(t);
    }

    /**
     * The inverse of {@link #noiseToSignal}.
     *
     * @param ratio not negative
     * @return the time of that ratio, or the process's last time where it does not get as noisy
     */
    double timeAt(double ratio);

    /** The grid through these noise-to-signal ratios, first the noisiest, and from the last to the clean sample. */
    default TimeGrid grid(double... ratios) {
        return TimeGrid.of(Arrays.stream(ratios).map(this::timeAt).toArray(), timeAt(0));
    }

    /**
     * The step into t's predecessor in the chain of timesteps that was trained; empty where the process is no chain or t not in it.
     */
    default Optional<Posterior> chainStep(double t) {
        return Optional.empty();
    }

    /** q(x_t | x_s) for s &lt; t at any distance. */
    default ForwardStep forward(double t, double s) {
        return new ForwardStep(alpha(t) / alpha(s), posterior(t, s).stepVariance());
    }

    /** q(x_s | x_t, x0) for s &lt; t at any distance. */
    default Posterior posterior(double t, double s) {
        return Posterior.of(alpha(t), sigma(t), alpha(s), sigma(s));
    }
}
