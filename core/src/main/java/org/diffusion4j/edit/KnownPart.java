package org.diffusion4j.edit;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.sample.Denoiser;

/**
 * A model that knows part of the clean sample: below some time it sees that part under always the same noise, and returns it always. Any sampler
 * then draws the rest to fit, with its own order; what it leaves of the known part is replaced at the end by {@link #restored}.
 *
 * <p>So latent diffusion inpaints by a model that was not trained for it (diffusers puts the part
 * back after every step, too; {@link Inpainting} does so with fresh noise, as its papers do).
 *
 * @param x0 the clean sample, {@code [batch, ...]}; borrowed
 * @param noise under which the part is seen, shaped alike; borrowed
 * @param drawn bool, true where the model draws, in a shape that spreads to that of x; borrowed
 * @param begin the time from which on, downwards and without itself, the part is known
 */
public record KnownPart(Denoiser model, Tensor x0, Tensor noise, Tensor drawn, double begin) implements Denoiser {

    @Override
    public DiffusionProcess process() {
        return model.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        Tensor seen =
                t >= begin ? x : x.where(drawn, NoiseLevel.at(process(), t).noised(x0, noise));
        Denoised found = model.at(seen, t);
        return new Denoised(found.x0().where(drawn, x0), found.eps().where(drawn, noise), found.logVariance());
    }

    /** A sample with the known part as it is, made in the caller's scope. */
    public Tensor restored(Tensor sample) {
        return sample.where(drawn, x0);
    }
}
