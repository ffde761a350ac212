package org.diffusion4j.sample.lambda;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DPM-Solver and DPM-Solver++, multistep: one network call a step; order 1 is DDIM with {@code eta = 0}. Walked towards noise
 * ({@link TimeGrid#reversed}), it encodes.
 *
 * <p>Lu et al., "DPM-Solver: A Fast ODE Solver for Diffusion Probabilistic Model Sampling in Around 10 Steps", NeurIPS 2022
 * ({@link Integrand#EPS}); "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models", 2022, algorithm 2 and
 * equations 14 and 18 ({@link Integrand#X0}). On the process alpha = 1 order 2 is k-diffusion's DPM++ 2M, with tau its 2M SDE.
 *
 * <p>Third-order steps as published halve the second derivative and converge with order 2; {@code corrected} ones with order 3.
 *
 * @param order 1, 2 or 3; the first steps are of order 1 and 2
 * @param integrand {@code X0} for DPM-Solver++, {@code EPS} for DPM-Solver
 * @param first the weight of the slope in steps of order 2
 * @param corrected whether third-order steps take the whole second derivative
 * @param tau 0 for the ODE, 1 for the reverse SDE, which draws once a step; k-diffusion's eta is tau²
 * @param last the orders of the last steps
 */
public record DpmSolver(
        int order, Integrand integrand, FirstMoment first, boolean corrected, double tau, FinalOrders last)
        implements Sampler {

    public DpmSolver {
        require(order >= 1 && order <= 3, "the order of DPM-Solver is 1, 2 or 3, was %s", order);
        require(tau >= 0, "tau must not be negative, was %s", tau);
    }

    /** DPM-Solver++ in its midpoint form, without noise. */
    public static DpmSolver plusPlus(int order) {
        return new DpmSolver(order, Integrand.X0, FirstMoment.MIDPOINT, false, 0, FinalOrders.LOWER_BELOW_15);
    }

    /** DPM-Solver in its midpoint form, without noise. */
    public static DpmSolver ofNoise(int order) {
        return new DpmSolver(order, Integrand.EPS, FirstMoment.MIDPOINT, false, 0, FinalOrders.LOWER_BELOW_15);
    }

    /** This with another weight of the slope. */
    public DpmSolver with(FirstMoment first) {
        return new DpmSolver(order, integrand, first, corrected, tau, last);
    }

    /** This with other last steps. */
    public DpmSolver with(FinalOrders last) {
        return new DpmSolver(order, integrand, first, corrected, tau, last);
    }

    /** This with noise. */
    public DpmSolver withTau(double tau) {
        return new DpmSolver(order, integrand, first, corrected, tau, last);
    }

    /** This with the whole second derivative. */
    public DpmSolver thirdOrderCorrected() {
        return new DpmSolver(order, integrand, first, true, tau, last);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        LambdaAdams solver = new LambdaAdams(
                integrand, first, corrected ? 1 : 0.5, t -> tau, (i, n) -> last.of(order, i, n), (i, n) -> 0);
        return solver.sample(model, grid, start, noise, listener);
    }
}
