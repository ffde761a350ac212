package org.diffusion4j.process;

import org.bytedeco.pytorch.Tensor;

/** What a network has learned about the variance of a reverse step, which depends on how far the step goes. */
@FunctionalInterface
public interface LogVariance {

    /** The log-variance of that step, shaped as x, made in the caller's scope. */
    Tensor of(ReverseStep step);
}
