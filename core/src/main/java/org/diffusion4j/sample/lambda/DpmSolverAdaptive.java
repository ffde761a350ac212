package org.diffusion4j.sample.lambda;

import static org.diffusion4j.engine.Require.require;

import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.Carried;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.History;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DPM-Solver and DPM-Solver++ with steps of their own: each is taken with two orders, whose difference must stay within the
 * tolerance. Of a grid only the first and the last time and the end count; the clean sample is reached from the last time, which should
 * be near, by a step of order 1.
 *
 * <p>Lu et al., "DPM-Solver", NeurIPS 2022, appendix C ("DPM-Solver-12" and "-23"); k-diffusion's {@code sample_dpm_adaptive} with
 * {@link PidControl}. The samples of a batch share their steps: a picture depends, within the tolerance, on those drawn with it.
 *
 * @param order 2 or 3, the higher of the two
 * @param integrand {@code X0} for DPM-Solver++, {@code EPS} for DPM-Solver
 * @param first as in {@link DpmSolverSinglestep}
 * @param absolute the tolerance of an element near 0; 0.0078 is a grey level of pixels in [−1, 1]
 * @param relative the tolerance as a share of an element
 * @param rule how steps are judged and how long the next is
 * @param firstStep how long the first is tried to be, in lambda
 * @param eta share of ancestral noise, drawn once a step that stands, which goes beyond its end and comes back by it, as in
 *     k-diffusion's code
 */
public record DpmSolverAdaptive(
        int order,
        Integrand integrand,
        FirstMoment first,
        double absolute,
        double relative,
        StepRule rule,
        double firstStep,
        double eta)
        implements Sampler {

    private static final double FIRST_STEP = 0.05;
    private static final double ORDER_OF_NOISE = 1.5; // of a step with ancestral noise, in k-diffusion
    private static final double NEAR = 1e-9; // in lambda

    public DpmSolverAdaptive {
        require(order == 2 || order == 3, "the order of the adaptive DPM-Solver is 2 or 3, was %s", order);
        require(absolute > 0 && relative >= 0, "tolerances must be positive, were %s and %s", absolute, relative);
        require(firstStep > 0, "the first step must be above 0, was %s", firstStep);
        require(eta >= 0, "eta must not be negative, was %s", eta);
    }

    /** With the first step of the authors' code, without noise. */
    public DpmSolverAdaptive(
            int order, Integrand integrand, FirstMoment first, double absolute, double relative, StepRule rule) {
        this(order, integrand, first, absolute, relative, rule, FIRST_STEP, 0);
    }

    /** With the tolerances of the authors' code. */
    public DpmSolverAdaptive(int order, Integrand integrand) {
        this(order, integrand, FirstMoment.MIDPOINT, 0.0078, 0.05, StepRule.EVERY_SAMPLE);
    }

    /** The same with a share of ancestral noise. */
    public DpmSolverAdaptive withEta(double eta) {
        return new DpmSolverAdaptive(order, integrand, first, absolute, relative, rule, firstStep, eta);
    }

    /** What a step of both orders came to. */
    private record Attempt(Tensor lower, Tensor higher) {}

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        DiffusionProcess p = model.process();
        double end = grid.next(grid.steps() - 1);
        boolean clean = p.sigma(end) == 0;
        double last = clean ? grid.time(grid.steps() - 1) : end;
        double lambdaLast = LambdaStep.lambda(p, last);
        double t = grid.time(0);
        require(p.alpha(t) > 0, "steps in lambda cannot be chosen from pure noise (zero terminal SNR): begin below");
        require(
                lambdaLast >= LambdaStep.lambda(p, t),
                "steps that are chosen go towards less noise, not from time %s to %s",
                t,
                last);
        StepRule.Judge judge = rule.judge(eta == 0 ? order : ORDER_OF_NOISE, firstStep);
        double h = firstStep;
        int steps = 0;
        try (Carried x = new Carried(start);
                Carried lower = new Carried(start);
                AutoGradMode noGrad = new AutoGradMode(false)) {
            while (lambdaLast - LambdaStep.lambda(p, t) > NEAR) {
                Cancellation.checkpoint();
                try (PointerScope step = new PointerScope()) {
                    Denoised at = model.at(x.get(), t);
                    StepRule.Verdict verdict;
                    do {
                        double rest = lambdaLast - LambdaStep.lambda(p, t);
                        double taken = Math.min(h, rest);
                        double s = h < rest ? after(p, t, taken) : last;
                        AncestralGoal goal = AncestralGoal.of(p, t, s, last, eta);
                        Attempt attempt = attempt(model, x.get(), integrand.of(at), t, goal.goal(), noise);
                        double error = error(attempt, lower.get());
                        require(Double.isFinite(error), "the model's output at time %s is not finite", t);
                        verdict = judge.of(error, taken);
                        h = verdict.next();
                        if (verdict.accepted()) {
                            x.set(goal.noised(attempt.higher, noise, 1 + steps));
                            lower.set(attempt.lower);
                            t = s;
                        }
                    } while (!verdict.accepted());
                    steps++;
                    listener.onStep(new SampleListener.Step(steps - 1, OptionalInt.empty(), t, x.get(), at.x0()));
                }
            }
            if (clean) {
                try (PointerScope step = new PointerScope()) {
                    Denoised at = model.at(x.get(), t);
                    LambdaPolynomial through = new LambdaPolynomial().through(0, integrand.of(at));
                    LambdaStep toClean = LambdaStep.of(integrand, 0, p, t, end);
                    x.set(toClean.end(x.get(), through, toClean.moments(1), noise, 0));
                    listener.onStep(new SampleListener.Step(steps, OptionalInt.empty(), end, x.get(), at.x0()));
                }
            }
            return x.handOver();
        }
    }

    @Override
    public boolean dependsOnBatch() {
        return true;
    }

    @Override
    public boolean choosesTimes() {
        return true;
    }

    private Attempt attempt(Denoiser model, Tensor x, Tensor value, double t, double s, NoiseStream noise) {
        DiffusionProcess p = model.process();
        LambdaRungeKutta solver = new LambdaRungeKutta(first, FirstMoment.EXACT);
        double h = LambdaStep.lambda(p, s) - LambdaStep.lambda(p, t);
        LambdaStep whole = LambdaStep.of(integrand, 0, p, t, s);
        Tensor lower = x;
        try (History values = new History(order)) {
            values.push(value);
            for (int k = 1; k < order; k++) {
                double[] nodes = nodes(k, h);
                if (k == order - 1) {
                    lower = solver.end(whole, x, nodes, values, false, noise, 0);
                }
                double stage = after(p, t, k * h / order);
                LambdaStep part = LambdaStep.of(integrand, 0, p, t, stage);
                Tensor there = solver.end(part, x, nodes, values, true, noise, 0);
                values.push(integrand.of(model.at(there, stage)));
            }
            return new Attempt(lower, solver.end(whole, x, nodes(order, h), values, false, noise, 0));
        }
    }

    /** Where the first k values of a step stand, in lambda. */
    private double[] nodes(int k, double h) {
        return IntStream.range(0, k).mapToDouble(j -> j * h / order).toArray();
    }

    private static double after(DiffusionProcess p, double t, double h) {
        return p.timeAt(Math.exp(-LambdaStep.lambda(p, t) - h));
    }

    private double error(Attempt attempt, Tensor lowerBefore) {
        Tensor size = torch.maximum(attempt.lower.abs(), lowerBefore.abs());
        Tensor tolerance = size.mul(new Scalar(relative)).clamp_min(new Scalar(absolute));
        return rule.size(attempt.higher.sub(attempt.lower).div(tolerance));
    }
}
