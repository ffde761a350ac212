package org.diffusion4j.sample.lambda;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DEIS in its form "logrho": the noise is taken for a polynomial in log(sigma/alpha), and the probability-flow ODE integrated exactly.
 *
 * <p>Zhang, Chen, "Fast Sampling of Diffusion Models with Exponential Integrator", ICLR 2023, equation 14 with the noise extrapolated
 * in log ρ (section 3.3). DEIS-0 of the paper is order 1 here, DDIM with {@code eta = 0}.
 *
 * @param order 1 to 4, one more than the degree of the polynomial
 * @param last the orders of the last steps
 */
public record Deis(int order, FinalOrders last) implements Sampler {

    public Deis {
        require(order >= 1 && order <= 4, "the order of DEIS is 1 to 4, was %s", order);
    }

    /** With lower orders at the end where there are fewer than 15 steps, as in diffusers. */
    public Deis(int order) {
        this(order, FinalOrders.LOWER_BELOW_15);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        LambdaAdams solver = new LambdaAdams(
                Integrand.EPS, FirstMoment.EXACT, 1, t -> 0, (i, n) -> last.of(order, i, n), (i, n) -> 0);
        return solver.sample(model, grid, start, noise, listener);
    }
}
