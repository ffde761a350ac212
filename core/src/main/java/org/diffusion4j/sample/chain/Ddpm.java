package org.diffusion4j.sample.chain;

import java.util.function.UnaryOperator;
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
import org.jspecify.annotations.Nullable;

/**
 * DDPM's ancestral sampler, on the full grid or any part of it.
 *
 * <p>Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, algorithm 2. The mean goes through x0 and the
 * posterior (equation 7), as in the authors' code, so that x0 can be clipped; without clipping it is equation 11. A step of any
 * distance has the posterior of its own pair of times, and so has a variance that the network has learned (Nichol, Dhariwal,
 * "Improved Denoising Diffusion Probabilistic Models", ICML 2021, section 3.1).
 */
public record Ddpm(ReverseVariance variance) implements Sampler {

    /** With β̃, {@link ReverseVariance#FIXED_SMALL}. */
    public Ddpm() {
        this(ReverseVariance.FIXED_SMALL);
    }

    /** What moves the mean of a step, as a classifier does. */
    @FunctionalInterface
    public interface MeanShift {

        /**
         * What is added to the mean, in units of the step's variance.
         *
         * @param xt the sample at t, borrowed
         * @return shaped as {@code xt}, made in the caller's scope; null for nothing
         */
        @Nullable
        Tensor at(Tensor xt, double t);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        return sample(model, grid, start, noise, listener, (xt, t) -> null);
    }

    /**
     * The same with a mean that moves; also in the last step, but for {@link ReverseVariance#FIXED_SMALL}, whose variance is 0 there. Every
     * other has that of the chain's step there, as in the authors' code of classifier guidance.
     *
     * @param shift asked once a step
     */
    public Tensor sample(
            Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener, MeanShift shift) {
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            Denoised at = model.at(xt, grid.time(i));
            Tensor xs = step(model.process(), at, xt, grid.time(i), grid.next(i), z -> noise.draw(1 + i, z), shift);
            return new SamplingLoop.Moved(xs, at.x0());
        });
    }

    private Tensor step(
            DiffusionProcess p,
            Denoised at,
            Tensor xt,
            double t,
            double s,
            UnaryOperator<Tensor> noise,
            MeanShift shift) {
        ReverseStep step = ReverseStep.of(p.posterior(t, s));
        Tensor mean = step.mean(at.x0(), xt);
        boolean last = p.sigma(s) == 0; // z = 0 there
        Tensor moves = last && variance == ReverseVariance.FIXED_SMALL ? null : shift.at(xt, t);
        if (last && moves == null) {
            return mean;
        }
        ReverseStep own = last ? p.chainStep(t).map(ReverseStep::of).orElse(step) : step;
        Tensor log = variance.log(at, own);
        Tensor moved = moves == null ? mean : mean.add(moves.mul(log.exp()));
        return last
                ? moved
                : moved.add(noise.apply(xt).mul(log.div(new Scalar(2)).exp()));
    }

    @Override
    public boolean clips() {
        return true;
    }
}
