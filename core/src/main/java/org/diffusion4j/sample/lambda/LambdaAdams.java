package org.diffusion4j.sample.lambda;

import java.util.function.DoubleUnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Carried;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.History;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * The multistep solvers in lambda, one network call a step. A predictor takes the integral of {@link LambdaStep} over the polynomial
 * through the values at the last few times (Adams and Bashforth); a corrector, where there is one, takes the step again when the
 * value at its end is known (Adams and Moulton), before the next one begins. What DPM-Solver, UniPC, DEIS and SA-Solver have of
 * their own are the components of this record.
 *
 * @param integrand what the polynomial is of
 * @param first the weight of the slope where there are two nodes
 * @param secondShare what is taken of the moment of degree 2 where there are three nodes; 1, but in published DPM-Solvers
 * @param tau the share of noise in a step that begins at that time
 * @param predictor how many nodes the predictor has in each step
 * @param corrector how many nodes the corrector of each step has, its end among them; 0 for no corrector
 */
record LambdaAdams(
        Integrand integrand,
        FirstMoment first,
        double secondShare,
        DoubleUnaryOperator tau,
        Nodes predictor,
        Nodes corrector) {

    private static final int HISTORY = 4;

    /** How many nodes step i of n has, if there are as many values. */
    @FunctionalInterface
    interface Nodes {
        int of(int i, int n);
    }

    Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        DiffusionProcess p = model.process();
        try (History values = new History(HISTORY);
                Carried before = new Carried(start)) { // x at the begin of the last step
            return SamplingLoop.along(grid, start, listener, (predicted, i) -> {
                Denoised at = model.at(predicted, grid.time(i));
                Tensor value = integrand.of(at);
                Tensor x = predicted;
                if (i > 0) {
                    LambdaStep last = step(p, grid, i - 1);
                    int nodes = corrector.of(i - 1, grid.steps());
                    if (nodes > 0 && Double.isFinite(last.h())) {
                        LambdaPolynomial through = new LambdaPolynomial().through(last.h(), value);
                        x = end(last, before.get(), behind(through, p, grid, i - 1, nodes, values), noise, i);
                    }
                    before.set(x);
                }
                values.push(value);
                LambdaStep next = step(p, grid, i);
                int nodes = Double.isFinite(next.h()) ? predictor.of(i, grid.steps()) : 1;
                LambdaPolynomial through = behind(new LambdaPolynomial(), p, grid, i, nodes, values);
                return new SamplingLoop.Moved(end(next, x, through, noise, 1 + i), at.x0());
            });
        }
    }

    private LambdaStep step(DiffusionProcess p, TimeGrid grid, int i) {
        return LambdaStep.of(integrand, tau.applyAsDouble(grid.time(i)), p, grid.time(i), grid.next(i));
    }

    /** Adds the values at the begin of step i and before it, up to so many nodes; those of pure noise (lambda −∞) are too far. */
    private static LambdaPolynomial behind(
            LambdaPolynomial through, DiffusionProcess p, TimeGrid grid, int i, int nodes, History values) {
        double here = LambdaStep.lambda(p, grid.time(i));
        for (int j = 0; j < values.size() && through.size() < nodes; j++) {
            double there = LambdaStep.lambda(p, grid.time(i - j));
            if (j == 0 || Double.isFinite(there)) {
                through.through(j == 0 ? 0 : there - here, values.get(j));
            }
        }
        return through;
    }

    private Tensor end(LambdaStep step, Tensor x, LambdaPolynomial through, NoiseStream noise, int address) {
        double[] moments = step.moments(through.size());
        if (moments.length == 2) {
            moments[1] = first.of(step);
        } else if (moments.length == 3) {
            moments[2] *= secondShare;
        }
        return step.end(x, through, moments, noise, address);
    }
}
