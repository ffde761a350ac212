package org.diffusion4j.sample;

import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/**
 * Sees every step of a sampler. To stop it, throw {@link java.util.concurrent.CancellationException}: it reaches the caller of the
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
