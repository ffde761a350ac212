package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;

/**
 * A denoiser whose x0 is clipped to [−range, range], as DDPM's authors do for pixels. It breaks the order of multistep solvers.
 *
 * @param range 1 for pixels in [−1, 1]
 * @param eps what becomes of the noise; DDPM's sampler does not ask for it
 */
public record Clipped(Denoiser model, double range, EpsAfterClipping eps) implements Denoiser {

    public Clipped {
        require(range > 0, "the range of clipping must be positive, was %s", range);
    }

    /** Clips to [−1, 1] and makes the noise agree with what is left. */
    public Clipped(Denoiser model) {
        this(model, 1, EpsAfterClipping.RECOMPUTED);
    }

    @Override
    public DiffusionProcess process() {
        return model.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        Denoised found = model.at(x, t);
        Tensor x0 = found.x0().clamp(new ScalarOptional(new Scalar(-range)), new ScalarOptional(new Scalar(range)));
        return eps.of(found, x0, x, process(), t);
    }
}
