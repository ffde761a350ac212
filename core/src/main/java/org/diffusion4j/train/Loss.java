package org.diffusion4j.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Condition;

/**
 * What a training minimises, and the times at which it is measured. A loss holds the network and whatever else it needs.
 *
 * <p>Threads: {@link #of} may be called by several at once, each with a part of a batch.
 */
public interface Loss {

    /**
     * The loss of each sample of a batch, differentiable where gradients are enabled.
     *
     * @param x0 clean samples {@code [batch, …]}
     * @param condition what the network receives beside them
     * @param times one for each sample, of {@link #times} or {@link #timeAt}
     * @param noise N(0, 1), shaped as x0
     * @return {@code [batch]}, made in the caller's scope
     */
    Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise);

    /**
     * What is to be known of a batch of held-out examples beside its loss, by name; the mean over all batches is recorded with each
     * validation. The arguments are those of {@link #of}.
     */
    default Map<String, Double> figures(Tensor x0, Condition condition, double[] times, Tensor noise) {
        return Map.of();
    }

    /** How the times of a batch are drawn; a new sampler, which has learned nothing. */
    TimeSampler times();

    /**
     * The time at a share of the way from clean data to noise, for losses that are to be compared.
     *
     * @param share in [0, 1)
     */
    double timeAt(double share);

    /** {@link #timeAt} of a chain: the timestep of 0 … T − 1 at a share. */
    static double timestepAt(double share, int total) {
        return Math.floor(share * total + 1e-9); // a share that is meant to be t/T may be rounded below it
    }
}
