package org.diffusion4j.sample;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;

/**
 * What a sampler asks: given x at time t, where is x0? Clipping, guidance and editing are wrappers of it.
 *
 * <p>Tensors are made in the caller's scope; x is lent for the call.
 */
public interface Denoiser {

    /** The process that x follows. */
    DiffusionProcess process();

    /**
     * The model's belief about x at time t.
     *
     * @param x {@code [batch, ...]}
     */
    Denoised at(Tensor x, double t);
}
