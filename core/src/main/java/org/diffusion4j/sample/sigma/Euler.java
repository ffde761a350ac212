package org.diffusion4j.sample.sigma;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Euler steps along the probability-flow ODE in sigma/alpha; without churn the same as DDIM with eta = 0.
 *
 * <p>Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (EDM), NeurIPS 2022, algorithm 2 without its
 * correction.
 */
public record Euler(Churn churn) implements Sampler {

    /** Without churn. */
    public Euler() {
        this(Churn.NONE);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        SigmaSpace space = new SigmaSpace(model);
        return space.walk(grid, start, listener, (x, step) -> {
            Churn.Stirred hat = churn.stir(x, step, grid.steps(), space, noise);
            Tensor x0 = space.x0(hat.x(), hat.sigma());
            return new SamplingLoop.Moved(SigmaSpace.line(hat.x(), x0, hat.sigma(), step.next()), x0);
        });
    }
}
