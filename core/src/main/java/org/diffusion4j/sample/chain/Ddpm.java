package org.diffusion4j.sample.chain;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DDPM's ancestral sampler, on the full grid or any part of it.
 *
 * <p>Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, algorithm 2. The mean goes through x0 and the
 * posterior (equation 7), as in the authors' code, so that x0 can be clipped; without clipping it is equation 11. A step of any
 * distance has the posterior of its own pair of times, and so has a variance that the network has learned (Nichol, Dhariwal,
 * "Improved Denoising Diffusion Probabilistic Models", ICML 2021, section 3.1).
 */
public record Ddpm(ReverseVariance variance) implements Sampler {

    /** With β̃, {@link ReverseVariance#FIXED_SMALL}. */
    public Ddpm() {
        this(ReverseVariance.FIXED_SMALL);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            Denoised at = model.at(xt, grid.time(i));
            Tensor xs = step(model.process(), at, xt, grid.time(i), grid.next(i), noise, 1 + i);
            return new SamplingLoop.Moved(xs, at.x0());
        });
    }

    @Override
    public boolean clips() {
        return true;
    }

    private Tensor step(
            DiffusionProcess p, Denoised at, Tensor xt, double t, double s, NoiseStream noise, int address) {
        ReverseStep step = ReverseStep.of(p.posterior(t, s));
        Tensor mean = step.mean(at.x0(), xt);
        if (p.sigma(s) == 0) { // z = 0 in the last step
            return mean;
        }
        Tensor std = variance.log(at, step).div(new Scalar(2)).exp();
        return mean.add(noise.draw(address, xt).mul(std));
    }
}
