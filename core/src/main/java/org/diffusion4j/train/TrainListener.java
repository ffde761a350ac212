package org.diffusion4j.train;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Sees a training, on the training's own thread. What it throws ends the training and reaches the caller of
 * {@link Trainer#run}; all native memory of the step is freed.
 */
public interface TrainListener {

    /** Listens to nothing. */
    TrainListener NONE = new TrainListener() {};

    /**
     * What is known after a step.
     *
     * @param step from 1
     * @param steps how many there will be
     * @param loss what the recipe's objective names, mean over the step's images
     * @param gradNorm the norm of the whole gradient, before clipping
     * @param imagesPerSecond of this step alone
     */
    record Step(long step, long steps, double loss, double learningRate, double gradNorm, double imagesPerSecond) {}

    default void onStep(Step step) {}

    /** The loss of the averaged weights on held-out data, at times and noise that are the same in every run. */
    default void onValidated(long step, double loss) {}

    /**
     * Samples of the averaged weights.
     *
     * @param x0 {@code [count, channels, height, width]} in [-1, 1], lent for the call
     * @param columns how many stand in a row of the grid; with classes, each row is one class
     */
    default void onSampled(long step, Tensor x0, int columns) {}

    /** Whether it has not been shown the samples of a step yet; asked of the step from which a training goes on, if samples are due there. */
    default boolean lacksSamples(long step) {
        return false;
    }

    /** The moment to keep a copy of all that the next step depends on; the state is lent for the call. */
    default void onCheckpoint(TrainState state) {}

    /** All of them, in this order. */
    static TrainListener all(TrainListener... listeners) {
        List<TrainListener> each = List.of(listeners);
        return new TrainListener() {
            @Override
            public void onStep(Step step) {
                each.forEach(listener -> listener.onStep(step));
            }

            @Override
            public void onValidated(long step, double loss) {
                each.forEach(listener -> listener.onValidated(step, loss));
            }

            @Override
            public void onSampled(long step, Tensor x0, int columns) {
                each.forEach(listener -> listener.onSampled(step, x0, columns));
            }

            @Override
            public boolean lacksSamples(long step) {
                return each.stream().anyMatch(listener -> listener.lacksSamples(step));
            }

            @Override
            public void onCheckpoint(TrainState state) {
                each.forEach(listener -> listener.onCheckpoint(state));
            }
        };
    }
}
