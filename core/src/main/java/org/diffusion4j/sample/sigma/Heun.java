package org.diffusion4j.sample.sigma;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Heun's second-order steps along the probability-flow ODE in sigma/alpha: an Euler step, then again with the mean of the slopes at
 * both ends. A step to the clean sample is Euler's.
 *
 * <p>Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (EDM), NeurIPS 2022, algorithm 1; with churn
 * algorithm 2.
 */
public record Heun(Churn churn) implements Sampler {

    /** Without churn. */
    public Heun() {
        this(Churn.NONE);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        SigmaSpace space = new SigmaSpace(model);
        return space.walk(grid, start, listener, (x, step) -> {
            Churn.Stirred hat = churn.stir(x, step, grid.steps(), space, noise);
            Scalar h = new Scalar(step.next() - hat.sigma());
            Tensor x0 = space.x0(hat.x(), hat.sigma());
            Tensor slope = SigmaSpace.slope(hat.x(), x0, hat.sigma());
            Tensor euler = hat.x().add(slope, h);
            if (step.next() == 0) {
                return new SamplingLoop.Moved(euler, x0);
            }
            Tensor slopeThere = SigmaSpace.slope(euler, space.x0(euler, step.next()), step.next());
            Tensor mean = slope.add(slopeThere).div(new Scalar(2.0));
            return new SamplingLoop.Moved(hat.x().add(mean, h), x0);
        });
    }
}
