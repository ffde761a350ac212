package org.diffusion4j.sample.lambda;

import java.util.List;
import java.util.Locale;
import org.diffusion4j.sample.SampleSettings;
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

    /** B1 and B2 of UniPC, as its code names them. */
    private enum BOfH {
        BH1(FirstMoment.FLAT),
        BH2(FirstMoment.MIDPOINT);

        private final FirstMoment value;

        BOfH(FirstMoment value) {
            this.value = value;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
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
    private static final SamplerOption<LastSteps> LAST_LOWER =
            SamplerOption.choice("last", LastSteps.LOWER, "orders of the last steps");
    private static final SamplerOption<BOfH> B = SamplerOption.choice("b", BOfH.BH2, "B(h): h or e^h - 1");
    private static final SamplerOption<Integer> CORRECT_FROM = SamplerOption.whole(
            "correct-from",
            0,
            0,
            UniPc.PREDICTOR_ONLY,
            "the first step that is corrected; later than the last for none");
    private static final SamplerOption<Double> NOISE =
            SamplerOption.real("tau", 0, 0, 10, "share of noise in each step; 0 is the ODE, 1 the reverse SDE");
    private static final SamplerOption<Integer> HIGHEST =
            SamplerOption.whole("order", 3, 1, 3, "the order of its Runge-Kutta steps, each over as many times");
    private static final SamplerOption<Double> ABSOLUTE =
            SamplerOption.real("absolute", 0.0078, 1e-9, 1, "tolerance of an element near 0; 0.0078 is a grey level");
    private static final SamplerOption<Double> RELATIVE =
            SamplerOption.real("relative", 0.05, 0, 1, "tolerance as a share of an element");

    private static UniPc uniPc(SampleSettings s, int order) {
        return new UniPc(order, Integrand.X0, B.of(s).value, CORRECT_FROM.of(s), LAST_LOWER.of(s).orders);
    }

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
                    s -> new DpmSolverSinglestep(HIGHEST.of(s), Integrand.EPS).withEta(s.eta())).withOptions(HIGHEST),
            new Samplers.Entry("dpm++-2s", 1, 2, false, "DPM-Solver++, algorithm 1", "20 steps and more",
                    s -> new DpmSolverSinglestep(2, Integrand.X0).withTau(NOISE.of(s))).withOptions(NOISE),
            new Samplers.Entry("dpm-solver-23", 3, 3, false, "DPM-Solver, appendix C", "when the number of steps is not known; chooses its own; eta adds noise",
                    s -> new DpmSolverAdaptive(3, Integrand.EPS, FirstMoment.MIDPOINT, ABSOLUTE.of(s), RELATIVE.of(s),
                            StepRule.EVERY_SAMPLE).withEta(s.eta())).withOptions(ABSOLUTE, RELATIVE),
            new Samplers.Entry("deis", 1, 3, false, "DEIS, logrho", "10 to 20 steps without guidance", s -> new Deis(ORDER.of(s), LAST.of(s).orders)).withOptions(ORDER, LAST),
            new Samplers.Entry("unipc", 1, 3, false, "UniPC, algorithms 1 and 2, B2(h)", "5 to 10 steps", s -> uniPc(s, 2)).withOptions(B, CORRECT_FROM, LAST_LOWER),
            new Samplers.Entry("unipc-3", 1, 4, false, "UniPC, algorithms 1 and 2, B2(h)", "10 steps without guidance",
                    s -> uniPc(s, 3)).withOptions(B, CORRECT_FROM, LAST_LOWER),
            new Samplers.Entry("sa-solver", 1, 2, true, "SA-Solver, algorithm 1, tau = 1", "20 steps and more", s -> saSolver(PREDICTOR.of(s), CORRECTOR.of(s), TAU.of(s))).withOptions(TAU, PREDICTOR, CORRECTOR));
        // spotless:on
    }
}
