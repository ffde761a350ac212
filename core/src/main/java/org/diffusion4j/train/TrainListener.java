package org.diffusion4j.train;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
     * @param loss what the recipe's objective names, mean over the step's examples
     * @param gradNorm the norm of the whole gradient, before clipping
     * @param examplesPerSecond of this step alone
     * @param opponentLoss the mean loss of the network that is trained {@linkplain Trainer.Opponent against} it; null where there is none
     */
    record Step(
            long step,
            long steps,
            double loss,
            double learningRate,
            double gradNorm,
            double examplesPerSecond,
            @Nullable Double opponentLoss) {

        /** Of a training without an opponent. */
        public Step(
                long step, long steps, double loss, double learningRate, double gradNorm, double examplesPerSecond) {
            this(step, steps, loss, learningRate, gradNorm, examplesPerSecond, null);
        }
    }

    default void onStep(Step step) {}

    /** The loss of the averaged weights on held-out data, at times and noise that are the same in every run. */
    default void onValidated(long step, double loss) {}

    /** What the loss {@linkplain Loss#figures says} of the held-out data beside itself; called after {@link #onValidated} if there is any. */
    default void onFigures(long step, Map<String, Double> figures) {}

    /**
     * The moment to draw samples: the network has its averaged weights for the call. Who asks the training to stop does not wait for
     * them: drawing is {@linkplain org.diffusion4j.engine.Cancellation cancelled}.
     */
    default void onSample(long step) {}

    /** Whether it has not drawn the samples of a step yet; asked of the step from which a training goes on, if samples are due there. */
    default boolean lacksSamples(long step) {
        return false;
    }

    /** The moment to keep a copy of all that the next step depends on; the state is valid during the call. */
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
            public void onFigures(long step, Map<String, Double> figures) {
                each.forEach(listener -> listener.onFigures(step, figures));
            }

            @Override
            public void onSample(long step) {
                each.forEach(listener -> listener.onSample(step));
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
