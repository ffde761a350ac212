package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The exponential moving average of the weights, which is what one samples from.
 *
 * <p>{@code average ← d·average + (1 − d)·weights} with {@code d = min(decay, (1 + step) / (10 + step))}: the average forgets the
 * initial weights quickly and reaches its full length later. Not thread-safe.
 */
public final class Ema implements AutoCloseable {

    private final double decay;
    private final Tensor average;

    /**
     * Begins with a copy of the weights.
     *
     * @param decay in [0, 1); 0 follows the weights
     * @param weights {@code [count]}, borrowed for the call
     */
    public Ema(double decay, Tensor weights) {
        require(decay >= 0 && decay < 1, "emaDecay must lie in [0, 1), was %s", decay);
        this.decay = decay;
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            average = weights.clone();
            average.retainReference();
        }
    }

    /** The decay of a step, from 1. */
    public double decayAt(long step) {
        return Math.min(decay, (1.0 + step) / (10.0 + step));
    }

    /** Takes the weights after a step in. */
    public void update(Tensor weights, long step) {
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            average.lerp_(weights, new Scalar(1 - decayAt(step)));
        }
    }

    /** The average, {@code [count]}, borrowed. */
    public Tensor average() {
        return average;
    }

    /**
     * Puts the average in the place of the weights until the scope closes, which puts the same weights back.
     *
     * @param weights {@code [count]}, the network's own buffer
     */
    public Swap swapInto(Tensor weights) {
        return new Swap(weights, average);
    }

    @Override
    public void close() {
        average.close();
    }

    /** While open, the network computes with the average. */
    public static final class Swap implements AutoCloseable {

        private final Tensor weights;
        private final Tensor kept;

        private Swap(Tensor weights, Tensor average) {
            this.weights = weights;
            try (AutoGradMode noGrad = new AutoGradMode(false);
                    PointerScope scope = new PointerScope()) {
                kept = weights.clone();
                kept.retainReference();
                weights.copy_(average);
            }
        }

        @Override
        public void close() {
            try (AutoGradMode noGrad = new AutoGradMode(false)) {
                weights.copy_(kept);
            }
            kept.close();
        }
    }
}
