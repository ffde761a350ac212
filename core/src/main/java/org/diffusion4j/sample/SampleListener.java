package org.diffusion4j.sample;

import org.bytedeco.pytorch.Tensor;

/**
 * Sees every step of a sampler. To cancel, throw {@link java.util.concurrent.CancellationException}: it reaches the caller of the
 * sampler and, like every exception, frees all native memory of the call.
 */
@FunctionalInterface
public interface SampleListener {

    /** A listener that does nothing. */
    SampleListener NONE = step -> {};

    /** Called after every step, on the sampler's thread. */
    void onStep(Step step);

    /**
     * What is seen after a step; the tensors are lent for the call.
     *
     * @param index from 0
     * @param steps how many there are
     * @param t the time that was reached
     * @param x the sample at t
     * @param x0 the clean sample that the model saw in this step
     */
    record Step(int index, int steps, double t, Tensor x, Tensor x0) {}
}
