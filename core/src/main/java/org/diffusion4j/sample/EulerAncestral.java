package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.schedule.AncestralStep;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Euler steps that go too far and come back by fresh noise: DDIM with {@code eta} in the coordinates of EDM.
 *
 * <p>k-diffusion's {@code sample_euler_ancestral}; {@link Ddim} with the same eta where {@code noise} is 1.
 *
 * @param eta share of the ancestral noise, not negative
 * @param noise the factor of what is added, a little off 1 against lost or excess detail
 */
public record EulerAncestral(double eta, double noise) implements Sampler {

    public EulerAncestral {
        require(eta >= 0, "eta must not be negative, was %s", eta);
        require(noise >= 0, "the factor of noise must not be negative, was %s", noise);
    }

    /** With the noise of the posterior. */
    public EulerAncestral() {
        this(1, 1);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        SigmaSpace space = new SigmaSpace(model);
        return space.walk(grid, start, listener, (x, step) -> {
            AncestralStep split = AncestralStep.of(step.sigma(), step.next(), eta);
            Tensor x0 = space.x0(x, step.sigma());
            Tensor down = x.add(SigmaSpace.slope(x, x0, step.sigma()), new Scalar(split.down() - step.sigma()));
            return new Walk.Moved(step.noised(down, this.noise * split.up(), noise), x0);
        });
    }
}
