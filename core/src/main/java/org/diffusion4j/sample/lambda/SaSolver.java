package org.diffusion4j.sample.lambda;

import static org.diffusion4j.engine.Require.require;

import java.util.function.DoubleUnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;

/**
 * SA-Solver: stochastic Adams, a predictor and a corrector for the reverse SDE with any share of noise at any time.
 *
 * <p>Xue et al., "SA-Solver: Stochastic Adams Solver for Fast Sampling of Diffusion Models", NeurIPS 2023, algorithm 1, equations 14
 * and 17; of the clean sample with two nodes the authors' code changes the slope's weight ({@link FirstMoment#FLAT}).
 *
 * <p>Nodes are counted as in their code. The paper's corrector of s steps has s + 1, the end of the step among them: without noise its
 * order is s + 1 after a predictor of s nodes, whose own is s. So two nodes in both are of order 2.
 *
 * @param predictor nodes of the predictor, 1 to 4
 * @param corrector nodes of the corrector, 1 to 4; 0 for none
 * @param integrand {@code X0} in general
 * @param tau the share of noise in a step that begins at that time
 * @param last the orders of the last steps
 */
public record SaSolver(int predictor, int corrector, Integrand integrand, DoubleUnaryOperator tau, FinalOrders last)
        implements Sampler {

    public SaSolver {
        require(predictor >= 1 && predictor <= 4, "SA-Solver's predictor has 1 to 4 nodes, not %s", predictor);
        require(corrector >= 0 && corrector <= 4, "SA-Solver's corrector has 0 to 4 nodes, not %s", corrector);
    }

    /** Two nodes in both, of the clean sample. */
    public SaSolver(DoubleUnaryOperator tau) {
        this(2, 2, Integrand.X0, tau, FinalOrders.LOWER);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        LambdaAdams solver = new LambdaAdams(
                integrand,
                integrand == Integrand.X0 ? FirstMoment.FLAT : FirstMoment.EXACT,
                1,
                tau,
                (i, n) -> last.of(predictor, i, n),
                (i, n) -> corrector == 0 ? 0 : last.of(corrector, i, n + 1));
        return solver.sample(model, grid, start, noise, listener);
    }
}
