package org.diffusion4j.sample;

import java.util.List;
import java.util.function.Function;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.process.Prediction;

/** The samplers by the names that recipes and the command line use; {@code diffuse samplers} prints them. */
public final class Samplers {

    private static final List<Entry> ALL = List.of(
            // spotless:off
            new Entry("ddpm", 1, 1, true, "DDPM, algorithm 2", "on the full grid, as trained; poor below 100 steps",
                    s -> new Ddpm(ReverseVariance.named(s.variance()))),
            new Entry("ddim", 1, 1, false, "DDIM, equation 12", "encoding, interpolation, 20 steps and more; eta adds noise",
                    s -> new Ddim(s.eta(), EtaRule.named(s.etaRule()))),
            new Entry("plms", 1, 2, false, "PNDM, equation 12; begins with the improved Euler method", "20 to 50 steps, equally spaced",
                    s -> new Pndm()),
            new Entry("pndm", 1, 2, false, "PNDM, equations 12 and 13; begins with 3 Runge-Kutta steps of 4 calls", "as plms",
                    s -> new Pndm(Pndm.Begin.RUNGE_KUTTA, Prediction.EPS)),
            new Entry("ipndm", 1, 2, false, "DEIS, iPNDM: PNDM, equation 12, begun with lower orders", "as plms, one call a step",
                    s -> new Pndm(Pndm.Begin.LOWER_ORDER, Prediction.EPS)),
            new Entry("euler", 1, 1, false, "EDM, algorithm 2 without correction", "as ddim with eta 0",
                    s -> new Euler()),
            new Entry("heun", 2, 2, false, "EDM, algorithm 1", "the ODE's solution in some 20 steps", s -> new Heun()),
            new Entry("kdpm2", 2, 2, false, "k-diffusion, sample_dpm_2", "as heun", s -> new Kdpm2()),
            new Entry("lms", 1, 4, false, "k-diffusion, sample_lms", "the ODE's solution in some 30 steps of one call", s -> new Lms()),
            new Entry("euler-ancestral", 1, 1, true, "k-diffusion, sample_euler_ancestral", "varied pictures in 20 steps and more",
                    s -> new EulerAncestral()),
            new Entry("kdpm2-ancestral", 2, 1, true, "k-diffusion, sample_dpm_2_ancestral", "as euler-ancestral, with fewer steps",
                    s -> new Kdpm2Ancestral()),
            new Entry("dpm++-2s-ancestral", 2, 1, true, "k-diffusion, sample_dpmpp_2s_ancestral", "as kdpm2-ancestral",
                    s -> new DpmPlusPlus2sAncestral()),
            new Entry("dpm++-sde", 2, 1, true, "k-diffusion, sample_dpmpp_sde", "fine detail in 15 steps and more",
                    s -> new DpmPlusPlusSde()),
            new Entry("dpm-solver-2m", 1, 2, false, "DPM-Solver, multistep, midpoint", "10 to 20 steps without guidance",
                    s -> DpmSolver.ofNoise(2)),
            new Entry("dpm-solver-3m", 1, 2, false, "DPM-Solver, multistep; converges with order 2", "as published",
                    s -> DpmSolver.ofNoise(3)),
            new Entry("dpm++-2m", 1, 2, false, "DPM-Solver++, algorithm 2", "10 to 20 steps, with guidance too",
                    s -> DpmSolver.plusPlus(2)),
            new Entry("dpm++-2m-sde", 1, 2, true, "DPM-Solver++, equation 18", "20 steps and more; washes out errors",
                    s -> DpmSolver.plusPlus(2).withTau(1)),
            new Entry("dpm++-3m", 1, 2, false, "DPM-Solver++, multistep; converges with order 2", "as published",
                    s -> DpmSolver.plusPlus(3)),
            new Entry("dpm++-3m-corrected", 1, 3, false, "DPM-Solver++, multistep, whole second derivative",
                    "20 steps and more without guidance", s -> DpmSolver.plusPlus(3).thirdOrderCorrected()),
            new Entry("dpm++-3m-sde", 1, 2, true, "k-diffusion, sample_dpmpp_3m_sde; its ODE converges with order 2",
                    "as dpm++-2m-sde", s -> DpmSolver.plusPlus(3).with(FirstMoment.EXACT).withTau(1)),
            new Entry("dpm-solver-fast", 1, 3, false, "DPM-Solver, section 3.4", "15 steps and more without guidance; eta adds noise",
                    s -> new DpmSolverSinglestep(3, Integrand.EPS).withEta(s.eta())),
            new Entry("dpm++-2s", 1, 2, false, "DPM-Solver++, algorithm 1", "20 steps and more",
                    s -> new DpmSolverSinglestep(2, Integrand.X0)),
            new Entry("dpm-solver-23", 3, 3, false, "DPM-Solver, appendix C", "when the number of steps is not known; chooses its own; eta adds noise",
                    s -> new DpmSolverAdaptive(3, Integrand.EPS).withEta(s.eta())),
            new Entry("deis", 1, 3, false, "DEIS, logrho", "10 to 20 steps without guidance", s -> new Deis(3)),
            new Entry("unipc", 1, 3, false, "UniPC, algorithms 1 and 2, B2(h)", "5 to 10 steps", s -> new UniPc(2)),
            new Entry("unipc-3", 1, 4, false, "UniPC, algorithms 1 and 2, B2(h)", "10 steps without guidance",
                    s -> new UniPc(3)),
            new Entry("lcm", 1, 1, true, "Consistency Models, algorithm 1", "models distilled to consistency, 1 to 8 steps",
                    s -> new ConsistencyMultistep()),
            new Entry("tcd", 1, 1, true, "TCD, algorithm 4, gamma 0.3", "models distilled to trajectory consistency, 4 to 20 steps",
                    s -> new Tcd()),
            new Entry("sa-solver", 1, 2, true, "SA-Solver, algorithm 1, tau = 1", "20 steps and more", s -> new SaSolver(t -> 1)));
            // spotless:on

    /**
     * What is known of a sampler.
     *
     * @param name in kebab-case
     * @param callsPerStep how often the network is asked in a step
     * @param order the claimed order of convergence in the number of steps, of the deterministic part
     * @param stochastic whether noise is added with the settings' defaults
     * @param source paper and equation, or the code that defines it
     * @param use when to take it
     * @param make the sampler of these settings
     */
    public record Entry(
            String name,
            int callsPerStep,
            int order,
            boolean stochastic,
            String source,
            String use,
            Function<SampleSettings, Sampler> make) {

        /** The name. */
        @Override
        public String toString() {
            return name;
        }
    }

    private Samplers() {}

    /** All, in the order in which they are listed. */
    public static List<Entry> all() {
        return ALL;
    }

    /**
     * The sampler of that name.
     *
     * @throws IllegalArgumentException if there is none; the message has those that are
     */
    public static Entry named(String name) {
        return DidYouMean.choose("sampler", name, ALL);
    }
}
