package org.diffusion4j.process;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a model believes about x at time t.
 *
 * @param x0 the clean sample, shaped as x
 * @param eps the noise, shaped as x
 * @param logVariance what the network has learned about the variance of the reverse step, or null
 */
public record Denoised(Tensor x0, Tensor eps, @Nullable LogVariance logVariance) {

    public Denoised(Tensor x0, Tensor eps) {
        this(x0, eps, null);
    }
}
