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
 * The midpoint method along the probability-flow ODE in sigma/alpha, with the middle of log sigma as midpoint. A step to the clean
 * sample is Euler's.
 *
 * <p>k-diffusion's {@code sample_dpm_2}, after DPM-Solver-2 (Lu et al., NeurIPS 2022) and EDM's algorithm 2.
 */
public record Kdpm2(Churn churn) implements Sampler {

    /** Without churn. */
    public Kdpm2() {
        this(Churn.NONE);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        SigmaSpace space = new SigmaSpace(model);
        return space.walk(grid, start, listener, (x, step) -> {
            Churn.Stirred hat = churn.stir(x, step, grid.steps(), space, noise);
            return step(space, hat.x(), hat.sigma(), step.next());
        });
    }

    /** From sigma to next. */
    static SamplingLoop.Moved step(SigmaSpace space, Tensor x, double sigma, double next) {
        Tensor x0 = space.x0(x, sigma);
        if (next == 0) {
            return new SamplingLoop.Moved(SigmaSpace.line(x, x0, sigma, 0), x0);
        }
        double middle = Math.sqrt(sigma * next);
        Tensor half = SigmaSpace.line(x, x0, sigma, middle);
        Tensor slopeThere = SigmaSpace.slope(half, space.x0(half, middle), middle);
        return new SamplingLoop.Moved(x.add(slopeThere, new Scalar(next - sigma)), x0);
    }
}
