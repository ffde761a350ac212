package org.diffusion4j.sample.sigma;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.schedule.AncestralStep;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Euler steps that go too far and come back by fresh noise: DDIM with {@code eta} in the coordinates of EDM.
 *
 * <p>k-diffusion's {@code sample_euler_ancestral}; {@link Ddim}.
 *
 * @param eta share of the ancestral noise, not negative
 */
public record EulerAncestral(double eta) implements Sampler {

    public EulerAncestral {
        require(eta >= 0, "eta must not be negative, was %s", eta);
    }

    /** With the noise of the posterior. */
    public EulerAncestral() {
        this(1);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        SigmaSpace space = new SigmaSpace(model);
        return space.walk(grid, start, listener, (x, step) -> {
            AncestralStep split = AncestralStep.of(step.sigma(), step.next(), eta);
            Tensor x0 = space.x0(x, step.sigma());
            Tensor down = SigmaSpace.line(x, x0, step.sigma(), split.down());
            return new SamplingLoop.Moved(step.noised(down, split.up(), noise), x0);
        });
    }
}
