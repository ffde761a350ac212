package org.diffusion4j.sample.sigma;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.AncestralStep;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DPM-Solver++ for the reverse SDE in single steps: an ancestral step to an inner level, then the whole step with the x0 that the
 * model saw at both. A step to the clean sample is Euler's.
 *
 * <p>k-diffusion's {@code sample_dpmpp_sde}. There both noises of a step come from one Brownian path; here they are independent unit
 * normals, two addresses a step.
 *
 * @param eta share of the ancestral noise, not negative
 * @param r where in log sigma the inner level lies, in (0, 1]
 */
public record DpmPlusPlusSde(double eta, double r) implements Sampler {

    private static final int DRAWS = 2;

    public DpmPlusPlusSde {
        require(eta >= 0, "eta must not be negative, was %s", eta);
        require(r > 0 && r <= 1, "the inner level must lie in (0, 1], was %s", r);
    }

    /** With the noise of the posterior and the inner level in the middle. */
    public DpmPlusPlusSde() {
        this(1, 0.5);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        SigmaSpace space = new SigmaSpace(model);
        return space.walk(grid, start, listener, (x, step) -> {
            double sigma = step.sigma();
            Tensor x0 = space.x0(x, sigma);
            if (step.next() == 0) {
                return new SamplingLoop.Moved(SigmaSpace.line(x, x0, sigma, 0), x0);
            }
            double inner = sigma * Math.pow(step.next() / sigma, r);
            Tensor x0There = space.x0(ancestral(x, x0, step, inner, 0, noise), inner);
            Tensor mixed = x0.add(x0There.sub(x0), new Scalar(1 / (2 * r)));
            return new SamplingLoop.Moved(ancestral(x, mixed, step, step.next(), 1, noise), x0);
        });
    }

    private Tensor ancestral(Tensor x, Tensor x0, SigmaSpace.Step step, double to, int draw, NoiseStream noise) {
        AncestralStep split = AncestralStep.of(step.sigma(), to, eta);
        Tensor down = SigmaSpace.line(x, x0, step.sigma(), split.down());
        if (split.up() == 0) {
            return down;
        }
        return down.add(noise.draw(NoiseStream.address(step.i(), draw, DRAWS), x), new Scalar(split.up()));
    }
}
