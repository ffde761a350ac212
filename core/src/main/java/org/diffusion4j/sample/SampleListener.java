package org.diffusion4j.sample;

import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/**
 * Sees every step of a sampler, and may steer it. To stop it, throw {@link java.util.concurrent.CancellationException}: it reaches the caller of the
 * sampler and, like every exception, frees all native memory of the call. To stop it from another thread, use a
 * {@link org.diffusion4j.engine.Cancellation}.
 */
@FunctionalInterface
public interface SampleListener {

    /** A listener that does nothing. */
    SampleListener NONE = step -> {};

    /** Called after every step, on the sampler's thread. */
    void onStep(Step step);

    /**
     * The sample that the sampler goes on from, {@code step.x()} unless the listener steers. Called by {@link SamplingLoop} after every step,
     * in the scope of the step; samplers with loops of their own (which choose their steps) call {@link #onStep} alone.
     *
     * @return shaped as {@code step.x()}, that tensor or one made in the scope of the step
     */
    default Tensor steered(Step step) {
        onStep(step);
        return step.x();
    }

    /**
     * What is seen after a step; the tensors are valid during the call.
     *
     * @param index from 0
     * @param steps how many there are; empty where the sampler finds that out on the way
     * @param t the time that was reached
     * @param x the sample at t
     * @param x0 the clean sample that the model saw in this step
     */
    record Step(int index, OptionalInt steps, double t, Tensor x, Tensor x0) {}
}
