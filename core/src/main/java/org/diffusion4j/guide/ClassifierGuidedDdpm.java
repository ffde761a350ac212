package org.diffusion4j.guide;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DDPM's ancestral sampler with a classifier: the mean of each step moves by {@code scale·Σ·∇ log p(y | x_t)}.
 *
 * <p>Dhariwal, Nichol, "Diffusion Models Beat GANs on Image Synthesis", NeurIPS 2021, algorithm 1, for ancestral sampling; every other
 * sampler is guided by {@link ClassifierGuidance}, algorithm 2. As in the authors' code, the mean follows from the clipped x0, and the
 * last step moves too, but for {@link ReverseVariance#FIXED_SMALL}, whose variance is 0 there. Scale 0 is {@link Ddpm}.
 *
 * @param classifier of noisy samples
 */
public record ClassifierGuidedDdpm(ReverseVariance variance, ClassifierGuidance.Classifier classifier, double scale)
        implements Sampler {

    public ClassifierGuidedDdpm {
        require(Double.isFinite(scale), "the scale of classifier guidance must be a number, was %s", scale);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        return new Ddpm(variance)
                .sample(
                        model,
                        grid,
                        start,
                        noise,
                        listener,
                        (xt, t) -> scale == 0
                                ? null
                                : ClassifierGuidance.gradient(
                                                classifier, xt, model.process().networkTime(t))
                                        .mul(new Scalar(scale)));
    }

    @Override
    public boolean clips() {
        return true;
    }
}
