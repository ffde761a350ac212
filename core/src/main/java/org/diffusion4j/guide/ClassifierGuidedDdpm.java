package org.diffusion4j.guide;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DDPM's ancestral sampler with a classifier: the mean of each step moves by {@code scale·Σ·∇ log p(y | x_t)}.
 *
 * <p>Dhariwal, Nichol, "Diffusion Models Beat GANs on Image Synthesis", NeurIPS 2021, algorithm 1, for ancestral sampling; every other
 * sampler is guided by {@link ClassifierGuidance}, algorithm 2. As in the authors' code, the mean follows from the clipped x0, and the
 * last step moves too, but for {@link ReverseVariance#FIXED_SMALL}, whose variance is 0 there. Scale 0 is {@link
 * org.diffusion4j.sample.chain.Ddpm}.
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
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            Denoised at = model.at(xt, grid.time(i));
            Tensor xs = step(model.process(), at, xt, grid.time(i), grid.next(i), noise, 1 + i);
            return new SamplingLoop.Moved(xs, at.x0());
        });
    }

    @Override
    public boolean clips() {
        return true;
    }

    private Tensor step(
            DiffusionProcess p, Denoised at, Tensor xt, double t, double s, NoiseStream noise, int address) {
        ReverseStep step = ReverseStep.of(p.posterior(t, s));
        boolean last = p.sigma(s) == 0;
        Tensor mean = step.mean(at.x0(), xt);
        ReverseStep own = last // whose posterior has no variance, but the chain's step has, which the authors take
                ? p.chainStep(t).map(ReverseStep::of).orElse(step)
                : step;
        Tensor log = variance.log(at, own);
        if (scale != 0 && !(last && variance == ReverseVariance.FIXED_SMALL)) {
            Tensor gradient = ClassifierGuidance.gradient(classifier, xt, p.networkTime(t));
            mean = mean.add(gradient.mul(log.exp()), new Scalar(scale));
        }
        return last
                ? mean
                : mean.add(noise.draw(address, xt).mul(log.div(new Scalar(2)).exp()));
    }
}
