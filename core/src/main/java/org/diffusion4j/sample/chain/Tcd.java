package org.diffusion4j.sample.chain;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Trajectory consistency: each step goes along the trajectory beyond the next timestep and comes back to it by fresh noise. With
 * {@code eta = 0} it is DDIM, with {@code eta = 1} nearly {@link ConsistencyMultistep}. For models that were distilled so.
 *
 * <p>Zheng et al., "Trajectory Consistency Distillation", 2024, algorithm 4 (strategic stochastic sampling; gamma there).
 *
 * @param eta the share of the next timestep that is gone beyond it, in [0, 1]
 */
public record Tcd(double eta) implements Sampler {

    public Tcd {
        require(eta >= 0 && eta <= 1, "eta must lie in [0, 1], was %s", eta);
    }

    /** With the authors' eta. */
    public Tcd() {
        this(0.3);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        DiffusionProcess p = model.process();
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            double s = grid.next(i);
            double beyond = eta == 0 ? s : Math.min(s, Math.floor((1 - eta) * s)); // s may lie between timesteps
            Denoised at = model.at(xt, grid.time(i));
            Tensor there = at.x0().mul(new Scalar(p.alpha(beyond))).add(at.eps(), new Scalar(p.sigma(beyond)));
            if (beyond == s || i == grid.steps() - 1) {
                return new SamplingLoop.Moved(there, at.x0());
            }
            double ratio = p.alpha(s) / p.alpha(beyond);
            double std = Math.sqrt(p.posterior(s, beyond).stepVariance());
            return new SamplingLoop.Moved(
                    there.mul(new Scalar(ratio)).add(noise.draw(1 + i, xt), new Scalar(std)), at.x0());
        });
    }
}
