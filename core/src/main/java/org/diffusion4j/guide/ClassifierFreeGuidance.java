package org.diffusion4j.guide;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.sample.Denoiser;

/**
 * Classifier-free guidance: {@code eps = eps(∅) + scale·(eps(c) − eps(∅))}, and x0 likewise.
 *
 * <p>Ho, Salimans, "Classifier-Free Diffusion Guidance", 2022, equation 6, whose w is {@code scale − 1}; here, as in latent diffusion,
 * scale 1 is the conditional model and 0 the unconditional one. With a worse version of the model in the place of the unconditional one
 * it is autoguidance (Karras et al., "Guiding a Diffusion Model with a Bad Version of Itself", NeurIPS 2024).
 *
 * @param conditional the model with the condition c
 * @param unconditional the model without a condition, of the same process
 * @param rescale what is done to what guidance makes of the output
 */
public record ClassifierFreeGuidance(Denoiser conditional, Denoiser unconditional, double scale, Rescale rescale)
        implements Denoiser {

    public ClassifierFreeGuidance {
        require(Double.isFinite(scale), "the scale of guidance must be a number, was %s", scale);
    }

    /** Without rescaling. */
    public ClassifierFreeGuidance(Denoiser conditional, Denoiser unconditional, double scale) {
        this(conditional, unconditional, scale, Rescale.NONE);
    }

    @Override
    public DiffusionProcess process() {
        return conditional.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        Denoised with = conditional.at(x, t);
        if (scale == 1) {
            return with;
        }
        return rescale.of(guided(with, unconditional.at(x, t), scale), with, x, NoiseLevel.at(process(), t));
    }

    static Denoised guided(Denoised with, Denoised without, double scale) {
        return new Denoised(
                between(without.x0(), with.x0(), scale), between(without.eps(), with.eps(), scale), with.logVariance());
    }

    private static Tensor between(Tensor without, Tensor with, double scale) {
        return without.lerp(with, new Scalar(scale));
    }
}
