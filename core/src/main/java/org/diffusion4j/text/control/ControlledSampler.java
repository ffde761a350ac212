package org.diffusion4j.text.control;

import java.util.function.BiFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.TimeGrid;

/**
 * The ancestral sampler with {@link GradientControl} after each step.
 *
 * @param loss of x at a time: how far it is from what is wanted, a sum over the batch
 */
record ControlledSampler(GradientControl control, BiFunction<Tensor, Double, Tensor> loss) implements Sampler {

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            double t = grid.time(i);
            double s = grid.next(i);
            Denoised at = model.at(xt, t);
            Posterior posterior = model.process().posterior(t, s);
            Tensor mean = ReverseStep.of(posterior).mean(at.x0(), xt);
            double std = Math.sqrt(posterior.variance());
            Tensor xs = std == 0 ? mean : mean.add(noise.draw(1 + i, xt), new Scalar(std));
            return new SamplingLoop.Moved(control.steer(xs, mean, std, t, x -> loss.apply(x, s)), at.x0());
        });
    }
}
