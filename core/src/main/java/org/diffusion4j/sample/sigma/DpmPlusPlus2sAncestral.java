package org.diffusion4j.sample.sigma;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.AncestralStep;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DPM-Solver++(2S) steps that go too far and come back by fresh noise: x0 in the middle of log sigma stands for that of the step. A
 * step to the clean sample is Euler's.
 *
 * <p>k-diffusion's {@code sample_dpmpp_2s_ancestral}, after Lu et al., "DPM-Solver++", algorithm 1.
 *
 * @param eta share of the ancestral noise, not negative; with 0 of second order
 */
public record DpmPlusPlus2sAncestral(double eta) implements Sampler {

    public DpmPlusPlus2sAncestral {
        require(eta >= 0, "eta must not be negative, was %s", eta);
    }

    /** With the noise of the posterior. */
    public DpmPlusPlus2sAncestral() {
        this(1);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        SigmaSpace space = new SigmaSpace(model);
        return space.walk(grid, start, listener, (x, step) -> {
            double sigma = step.sigma();
            AncestralStep split = AncestralStep.of(sigma, step.next(), eta);
            Tensor x0 = space.x0(x, sigma);
            Tensor ofStep = x0;
            if (split.down() > 0) {
                double middle = Math.sqrt(sigma * split.down());
                ofStep = space.x0(SigmaSpace.line(x, x0, sigma, middle), middle);
            }
            Tensor down = SigmaSpace.line(x, ofStep, sigma, split.down());
            return new SamplingLoop.Moved(step.noised(down, split.up(), noise), x0);
        });
    }
}
