package org.diffusion4j.text.control;

import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Carried;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.TimeGrid;

/**
 * A sampler with {@link GradientControl} after each step. What the sampler had in mind is the mean of q(x_s | x_t, x0), which for ddpm is
 * the mean that it drew from.
 *
 * @param loss of x at a time: how far it is from what is wanted, a sum over the batch
 */
record ControlledSampler(Sampler sampler, GradientControl control, BiFunction<Tensor, Double, Tensor> loss)
        implements Sampler {

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        try (Steering steering = new Steering(model.process(), grid, start, listener)) {
            return sampler.sample(model, grid, start, noise, steering);
        }
    }

    @Override
    public boolean dependsOnBatch() {
        return sampler.dependsOnBatch();
    }

    private final class Steering implements SampleListener, AutoCloseable {

        private final DiffusionProcess process;
        private final TimeGrid grid;
        private final SampleListener listener;
        private final Carried xt;

        Steering(DiffusionProcess process, TimeGrid grid, Tensor start, SampleListener listener) {
            this.process = process;
            this.grid = grid;
            this.listener = listener;
            xt = new Carried(start);
        }

        @Override
        public Tensor steered(Step step) {
            double t = grid.time(step.index());
            double s = grid.next(step.index());
            Posterior posterior = process.posterior(t, s);
            Tensor mean = ReverseStep.of(posterior).mean(step.x0(), xt.get());
            Tensor steered = control.steer(step.x(), mean, Math.sqrt(posterior.variance()), t, x -> loss.apply(x, s));
            xt.set(steered.clone());
            listener.onStep(new Step(step.index(), step.steps(), step.t(), steered, step.x0()));
            return steered;
        }

        @Override
        public void onStep(Step step) {
            throw new IllegalArgumentException(
                    "control steers after each step of a grid, and this sampler chooses its own; take ddpm or edm");
        }

        @Override
        public void close() {
            xt.close();
        }
    }
}
