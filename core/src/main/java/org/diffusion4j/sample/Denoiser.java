package org.diffusion4j.sample;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;

/**
 * What a sampler asks: given x at time t, where is x0? Clipping, guidance and editing are wrappers of it.
 *
 * <p>Tensors are made in the caller's scope; x is valid during the call.
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

    /**
     * This denoiser for x of another process: what it knows about x0 depends on x/alpha and on sigma/alpha, which every process passes
     * through. So a model of timesteps can be asked in continuous time, and one of EDM by samplers of a chain.
     */
    default Denoiser in(DiffusionProcess other) {
        return new InProcess(this, other);
    }
}
