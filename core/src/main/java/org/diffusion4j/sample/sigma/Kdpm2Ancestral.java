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
 * {@link Kdpm2} steps that go too far and come back by fresh noise.
 *
 * <p>k-diffusion's {@code sample_dpm_2_ancestral}.
 *
 * @param eta share of the ancestral noise, not negative
 */
public record Kdpm2Ancestral(double eta) implements Sampler {

    public Kdpm2Ancestral {
        require(eta >= 0, "eta must not be negative, was %s", eta);
    }

    /** With the noise of the posterior. */
    public Kdpm2Ancestral() {
        this(1);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        SigmaSpace space = new SigmaSpace(model);
        return space.walk(grid, start, listener, (x, step) -> {
            AncestralStep split = AncestralStep.of(step.sigma(), step.next(), eta);
            SamplingLoop.Moved down = Kdpm2.step(space, x, step.sigma(), split.down());
            return new SamplingLoop.Moved(step.noised(down.x(), split.up(), noise), down.x0());
        });
    }
}
