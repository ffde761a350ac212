package org.diffusion4j.evaluate;

import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.process.VariationalBound;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.TimeGrid;

/**
 * The variational bound on the negative log-likelihood of samples, for the chain that steps along a grid: with all timesteps the chain
 * that was trained, with some of them a coarser one.
 *
 * <p>Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, equation 5, one draw of x_t for each term; the errors
 * of x0 and eps are of the same draws, as in Nichol, Dhariwal 2021, figure 2 and their code. x0 is clipped if the denoiser clips.
 *
 * @param grid that ends at the clean sample
 */
public record Likelihood(Denoiser model, ReverseVariance variance, TimeGrid grid) {

    /**
     * Asks the model once for each step of the grid.
     *
     * @param x0 {@code [batch, …]}, pixels in [−1, 1]; borrowed
     * @param noise address 1 + i belongs to step i
     * @param listener receives the number of steps done; what it throws reaches the caller
     */
    public BoundTerms of(Tensor x0, NoiseStream noise, IntConsumer listener) {
        double[][] bound = new double[grid.steps()][];
        double[][] x0Errors = new double[grid.steps()][];
        double[][] epsErrors = new double[grid.steps()][];
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope all = new PointerScope()) {
            for (int i = 0; i < grid.steps(); i++) {
                Cancellation.checkpoint();
                try (PointerScope scope = new PointerScope()) {
                    NoiseLevel level = NoiseLevel.at(model.process(), grid.time(i));
                    Tensor eps = noise.draw(1 + i, x0);
                    Tensor xt = level.noised(x0, eps);
                    Denoised at = model.at(xt, grid.time(i));
                    ReverseStep step = ReverseStep.of(step(i));
                    Tensor epsHat = Prediction.X0.interpret(at.x0(), xt, level).eps(); // of x0 as it was clipped
                    bound[i] = Tensors.toArray(VariationalBound.term(x0, xt, at.x0(), variance.log(at, step), step));
                    x0Errors[i] = meanSquare(at.x0(), x0);
                    epsErrors[i] = meanSquare(epsHat, eps);
                    listener.accept(i + 1);
                }
            }
            double[] prior = Tensors.toArray(VariationalBound.prior(model.process(), grid.time(0), x0));
            return new BoundTerms(prior, bound, x0Errors, epsErrors);
        }
    }

    /** Step i of the chain; β̃ of the last, which is 0, is replaced by that of the step before (DDPM's code). */
    private Posterior step(int i) {
        DiffusionProcess process = model.process();
        Posterior step = process.posterior(grid.time(i), grid.next(i));
        return i == 0 || step.variance() > 0
                ? step
                : step.withVariance(step(i - 1).variance());
    }

    private static double[] meanSquare(Tensor a, Tensor b) {
        return Tensors.toArray(
                torch.mse_loss(a, b, torch.Reduction.None.value).flatten(1, -1).mean(1));
    }
}
