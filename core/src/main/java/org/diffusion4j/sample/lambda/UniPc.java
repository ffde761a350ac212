package org.diffusion4j.sample.lambda;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;

/**
 * UniPC: a predictor of any order, and a corrector that raises it by one at no further network call.
 *
 * <p>Zhao, Bai, Rao, Zhou, Lu, "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of Diffusion Models", NeurIPS 2023,
 * algorithms 1 and 2. B(h) cancels from its equation 6 where there are three nodes or more; with two its code takes the coefficient
 * ½, which {@link FirstMoment} says.
 *
 * @param order of the predictor, 1 to 3
 * @param integrand {@code X0} with guidance, {@code EPS} without
 * @param b {@code FLAT} for B1(h) = h ("bh1"), {@code MIDPOINT} for B2(h) = e^h − 1 ("bh2")
 * @param correctFrom the first step that is corrected; {@link #PREDICTOR_ONLY} for none
 * @param last the orders of the last steps
 */
public record UniPc(int order, Integrand integrand, FirstMoment b, int correctFrom, FinalOrders last)
        implements Sampler {

    /** No step is corrected. */
    public static final int PREDICTOR_ONLY = Integer.MAX_VALUE;

    public UniPc {
        require(order >= 1 && order <= 3, "the order of UniPC is 1, 2 or 3, was %s", order);
        require(correctFrom >= 0, "the first step to correct must not be negative, was %s", correctFrom);
    }

    /** Of the clean sample, with B2(h), every step corrected. */
    public UniPc(int order) {
        this(order, Integrand.X0, FirstMoment.MIDPOINT, 0, FinalOrders.LOWER);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        LambdaAdams solver =
                new LambdaAdams(integrand, b, 1, t -> 0, this::nodes, (i, n) -> i < correctFrom ? 0 : nodes(i, n) + 1);
        return solver.sample(model, grid, start, noise, listener);
    }

    private int nodes(int i, int n) {
        return last.of(order, i, n);
    }
}
