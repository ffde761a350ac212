package org.diffusion4j.sample.lambda;

import java.util.List;
import java.util.Locale;
import org.diffusion4j.sample.SamplerOption;
import org.diffusion4j.sample.SamplerProvider;
import org.diffusion4j.sample.Samplers;

/** The samplers that step in lambda, by name. */
public final class LambdaSamplers implements SamplerProvider {

    /** How a multistep solver comes down at the end. */
    private enum LastSteps {
        FULL(FinalOrders.FULL),
        LOWER(FinalOrders.LOWER),
        LOWER_BELOW_10(FinalOrders.LOWER_BELOW_10),
        LOWER_BELOW_15(FinalOrders.LOWER_BELOW_15),
        EULER(new FinalOrders(0, true));

        private final FinalOrders orders;

        LastSteps(FinalOrders orders) {
            this.orders = orders;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final SamplerOption<LastSteps> LAST = SamplerOption.choice(
            "last", LastSteps.LOWER_BELOW_15, "orders of the last steps: lower where few steps are large ones");
    private static final SamplerOption<Double> TAU =
            SamplerOption.real("tau", 1, 0, 10, "share of noise in each step; 0 is the ODE, 1 the reverse SDE");
    private static final SamplerOption<Integer> ORDER =
            SamplerOption.whole("order", 3, 1, 4, "one more than the degree of the polynomial through earlier steps");
    private static final SamplerOption<Integer> PREDICTOR =
            SamplerOption.whole("predictor", 2, 1, 4, "nodes of the predictor");
    private static final SamplerOption<Integer> CORRECTOR =
            SamplerOption.whole("corrector", 2, 0, 4, "nodes of the corrector; 0 for none");
    private static final SamplerOption<Double> ABSOLUTE =
            SamplerOption.real("absolute", 0.0078, 1e-9, 1, "tolerance of an element near 0; 0.0078 is a grey level");
    private static final SamplerOption<Double> RELATIVE =
            SamplerOption.real("relative", 0.05, 0, 1, "tolerance as a share of an element");

    private static SaSolver saSolver(int predictor, int corrector, double tau) {
        return new SaSolver(predictor, corrector, Integrand.X0, t -> tau, FinalOrders.LOWER);
    }

    @Override
    public List<Samplers.Entry> samplers() {
        // spotless:off
        return List.of(
            new Samplers.Entry("dpm-solver-2m", 1, 2, false, "DPM-Solver, multistep, midpoint", "10 to 20 steps without guidance",
                    s -> DpmSolver.ofNoise(2).with(LAST.of(s).orders)).withOptions(LAST),
            new Samplers.Entry("dpm-solver-3m", 1, 2, false, "DPM-Solver, multistep; converges with order 2", "as published",
                    s -> DpmSolver.ofNoise(3).with(LAST.of(s).orders)).withOptions(LAST),
            new Samplers.Entry("dpm++-2m", 1, 2, false, "DPM-Solver++, algorithm 2", "10 to 20 steps, with guidance too",
                    s -> DpmSolver.plusPlus(2).with(LAST.of(s).orders)).withOptions(LAST),
            new Samplers.Entry("dpm++-2m-sde", 1, 2, true, "DPM-Solver++, equation 18", "20 steps and more; washes out errors",
                    s -> DpmSolver.plusPlus(2).with(LAST.of(s).orders).withTau(TAU.of(s))).withOptions(TAU, LAST),
            new Samplers.Entry("dpm++-3m", 1, 2, false, "DPM-Solver++, multistep; converges with order 2", "as published",
                    s -> DpmSolver.plusPlus(3).with(LAST.of(s).orders)).withOptions(LAST),
            new Samplers.Entry("dpm++-3m-corrected", 1, 3, false, "DPM-Solver++, multistep, whole second derivative",
                    "20 steps and more without guidance", s -> DpmSolver.plusPlus(3).thirdOrderCorrected().with(LAST.of(s).orders)).withOptions(LAST),
            new Samplers.Entry("dpm++-3m-sde", 1, 2, true, "k-diffusion, sample_dpmpp_3m_sde; its ODE converges with order 2",
                    "as dpm++-2m-sde", s -> DpmSolver.plusPlus(3).with(FirstMoment.EXACT).with(LAST.of(s).orders).withTau(TAU.of(s))).withOptions(TAU, LAST),
            new Samplers.Entry("dpm-solver-fast", 1, 3, false, "DPM-Solver, section 3.4", "15 steps and more without guidance; eta adds noise",
                    s -> new DpmSolverSinglestep(3, Integrand.EPS).withEta(s.eta())),
            new Samplers.Entry("dpm++-2s", 1, 2, false, "DPM-Solver++, algorithm 1", "20 steps and more",
                    s -> new DpmSolverSinglestep(2, Integrand.X0)),
            new Samplers.Entry("dpm-solver-23", 3, 3, false, "DPM-Solver, appendix C", "when the number of steps is not known; chooses its own; eta adds noise",
                    s -> new DpmSolverAdaptive(3, Integrand.EPS, FirstMoment.MIDPOINT, ABSOLUTE.of(s), RELATIVE.of(s),
                            StepRule.EVERY_SAMPLE).withEta(s.eta())).withOptions(ABSOLUTE, RELATIVE),
            new Samplers.Entry("deis", 1, 3, false, "DEIS, logrho", "10 to 20 steps without guidance", s -> new Deis(ORDER.of(s), LAST.of(s).orders)).withOptions(ORDER, LAST),
            new Samplers.Entry("unipc", 1, 3, false, "UniPC, algorithms 1 and 2, B2(h)", "5 to 10 steps", s -> new UniPc(2)),
            new Samplers.Entry("unipc-3", 1, 4, false, "UniPC, algorithms 1 and 2, B2(h)", "10 steps without guidance",
                    s -> new UniPc(3)),
            new Samplers.Entry("sa-solver", 1, 2, true, "SA-Solver, algorithm 1, tau = 1", "20 steps and more", s -> saSolver(PREDICTOR.of(s), CORRECTOR.of(s), TAU.of(s))).withOptions(TAU, PREDICTOR, CORRECTOR));
        // spotless:on
    }
}
