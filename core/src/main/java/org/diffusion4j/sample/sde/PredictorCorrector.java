package org.diffusion4j.sample.sde;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Predictor–corrector sampling of the reverse SDE: at each time first the corrector, then a step of the predictor. A step to the clean
 * sample is the model's x0 (Tweedie's formula), without which a little noise would stay.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, algorithms 1 to 3. Without
 * corrector it is a plain solver of the SDE.
 *
 * @param predictor of the steps
 * @param corrector before each, or {@link Corrector#NONE}
 * @param lastNoise whether the last step of a grid that ends above the clean sample adds noise as the others do; the authors' code
 *     has its mean ({@code denoise})
 */
public record PredictorCorrector(Predictor predictor, Corrector corrector, boolean lastNoise) implements Sampler {

    /** With noise in every step. */
    public PredictorCorrector(Predictor predictor, Corrector corrector) {
        this(predictor, corrector, true);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        int draws = drawsPerStep();
        return SamplingLoop.along(grid, start, listener, (x, i) -> {
            ReverseMove move = new ReverseMove(model, grid.time(i), grid.next(i));
            Tensor xt = corrector.correct(x, move, k -> noise.draw(NoiseStream.address(i, k, draws), x));
            Denoised at = model.at(xt, move.t());
            if (move.toClean()) {
                return new SamplingLoop.Moved(at.x0(), at.x0());
            }
            Predictor.Goal goal = predictor.goal(xt, at, move);
            boolean noisy = goal.deviation() > 0 && (lastNoise || i < grid.steps() - 1);
            Tensor xs = noisy
                    ? goal.mean()
                            .add(noise.draw(NoiseStream.address(i, draws - 1, draws), x), new Scalar(goal.deviation()))
                    : goal.mean();
            return new SamplingLoop.Moved(xs, at.x0());
        });
    }

    @Override
    public int drawsPerStep() {
        return corrector.steps() + 1;
    }

    @Override
    public boolean dependsOnBatch() {
        return corrector.steps() > 0
                && corrector.rule() == Corrector.Rule.LANGEVIN
                && corrector.norm() == NormScope.BATCH;
    }
}
