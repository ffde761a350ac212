package org.diffusion4j.sample.lambda;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Carried;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.History;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DPM-Solver and DPM-Solver++, singlestep: a Runge-Kutta step of the given order goes over as many steps of the grid, whose times
 * between its ends are those of its stages; one network call for each time. Without {@code full} this is "DPM-Solver-fast".
 *
 * <p>Lu et al., "DPM-Solver", NeurIPS 2022, algorithms 1, 2 (order 2) and 5 (order 3), section 3.4; "DPM-Solver++", algorithm 1
 * (2S).
 *
 * @param order 1, 2 or 3
 * @param integrand {@code X0} for DPM-Solver++, {@code EPS} for DPM-Solver
 * @param first the weight of the slope in steps of order 2; one of order 3 leaves its second stage out of the end where this is not
 *     {@code EXACT}
 * @param middle the weight of the slope in the second stage of order 3: {@code EXACT} in the paper, in diffusers as {@code first}
 * @param full whether all steps are of full order; else, of order 3, the last three times are one step of order 2 and one of order
 *     1. What remains of a division by the order is one step of lower order
 * @param tau 0 for the ODE, 1 for the reverse SDE, which draws once a stage
 * @param eta share of ancestral noise, drawn once a Runge-Kutta step, which goes beyond its end and comes back by it, as in
 *     k-diffusion's {@code sample_dpm_fast}; the stages of such a step lie as much further apart
 */
public record DpmSolverSinglestep(
        int order, Integrand integrand, FirstMoment first, FirstMoment middle, boolean full, double tau, double eta)
        implements Sampler {

    public DpmSolverSinglestep {
        require(order >= 1 && order <= 3, "the order of DPM-Solver is 1, 2 or 3, was %s", order);
        require(tau >= 0, "tau must not be negative, was %s", tau);
        require(eta >= 0, "eta must not be negative, was %s", eta);
        require(tau == 0 || eta == 0, "noise is that of the SDE or ancestral, not both: tau is %s, eta %s", tau, eta);
    }

    /** Without ancestral noise. */
    public DpmSolverSinglestep(
            int order, Integrand integrand, FirstMoment first, FirstMoment middle, boolean full, double tau) {
        this(order, integrand, first, middle, full, tau, 0);
    }

    /** In the paper's form, without noise. */
    public DpmSolverSinglestep(int order, Integrand integrand) {
        this(order, integrand, FirstMoment.MIDPOINT, FirstMoment.EXACT, false, 0);
    }

    /** The same with a share of ancestral noise. */
    public DpmSolverSinglestep withEta(double eta) {
        return new DpmSolverSinglestep(order, integrand, first, middle, full, tau, eta);
    }

    /** The same with a share of the reverse SDE's noise. */
    public DpmSolverSinglestep withTau(double tau) {
        return new DpmSolverSinglestep(order, integrand, first, middle, full, tau, eta);
    }

    /** The orders of the Runge-Kutta steps over a grid of n times. */
    public List<Integer> orders(int n) {
        return IntStream.range(0, n)
                .filter(i -> i + 1 == n || stage(i + 1, n) == 0)
                .mapToObj(i -> stage(i, n) + 1)
                .toList();
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        DiffusionProcess p = model.process();
        LambdaRungeKutta solver = new LambdaRungeKutta(first, middle);
        try (History values = new History(order);
                Carried begin = new Carried(start)) { // x at the begin of the present Runge-Kutta step
            return SamplingLoop.along(grid, start, listener, (x, i) -> {
                int stage = stage(i, grid.steps());
                if (stage == 0 && i > 0) {
                    begin.set(x);
                }
                Stages stages = stages(p, grid, i - stage);
                Denoised at = model.at(x, stages.times[stage]);
                values.push(integrand.of(at));
                double t = stages.times[0];
                double[] nodes = new double[stage + 1];
                for (int j = 1; j <= stage; j++) {
                    nodes[j] = LambdaStep.lambda(p, stages.times[j]) - LambdaStep.lambda(p, t);
                }
                boolean inside = stage == 1 && stages.times.length == 4;
                LambdaStep step = LambdaStep.of(integrand, tau, p, t, stages.times[stage + 1]);
                Tensor end = solver.end(step, begin.get(), nodes, values, inside, noise, 1 + i);
                boolean whole = stage + 2 == stages.times.length;
                return new SamplingLoop.Moved(whole ? stages.goal.noised(end, noise, 1 + i) : end, at.x0());
            });
        }
    }

    /** The times of a Runge-Kutta step's stages and of its end. */
    private record Stages(double[] times, AncestralGoal goal) {}

    /** Of the step whose first stage is the grid's i-th time. */
    private Stages stages(DiffusionProcess p, TimeGrid grid, int i) {
        int n = grid.steps();
        int count = 1;
        while (i + count < n && stage(i + count, n) > 0) {
            count++;
        }
        double[] times = new double[count + 1];
        for (int j = 0; j < count; j++) {
            times[j] = grid.time(i + j);
        }
        double s = grid.next(i + count - 1);
        AncestralGoal goal = AncestralGoal.of(p, times[0], s, grid.next(n - 1), eta);
        times[count] = goal.goal();
        if (goal.goal() != s) {
            double begin = LambdaStep.lambda(p, times[0]);
            double longer = (LambdaStep.lambda(p, goal.goal()) - begin) / (LambdaStep.lambda(p, s) - begin);
            for (int j = 1; j < count; j++) {
                times[j] = p.timeAt(Math.exp(-begin - longer * (LambdaStep.lambda(p, times[j]) - begin)));
            }
        }
        return new Stages(times, goal);
    }

    /** Which stage of its Runge-Kutta step the i-th of n times is, from 0. */
    private int stage(int i, int n) {
        boolean lower = order == 3 && !full && n % 3 == 0 && i >= n - 3;
        return lower && i == n - 1 ? 0 : i % order;
    }
}
