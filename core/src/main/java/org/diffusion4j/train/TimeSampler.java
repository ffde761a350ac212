package org.diffusion4j.train;

import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * Draws the times of a batch and says how much each counts, so that the weighted mean of the losses estimates the mean over all times
 * without bias. What it has learned of the losses is part of a training's state.
 */
public interface TimeSampler {

    /**
     * The times of a batch.
     *
     * @param weights 1/(T·p) for a time of probability p
     */
    record Drawn(double[] times, double[] weights) {}

    /**
     * The times of a batch of so many samples.
     *
     * @param random from which alone, and from what was learned, they follow
     */
    Drawn draw(SplittableRandom random, int count);

    /**
     * Takes note of losses.
     *
     * @param losses {@code [count]}, of the times of one draw, borrowed
     */
    default void learn(double[] times, Tensor losses) {}

    /** All that it has learned, by name, made in the caller's scope; empty where it learns nothing. */
    default Map<String, Tensor> state() {
        return Map.of();
    }

    /** Puts back what {@link #state} gave. */
    default void restore(Map<String, Tensor> state) {}
}
