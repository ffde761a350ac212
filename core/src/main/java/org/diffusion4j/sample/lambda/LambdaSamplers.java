package org.diffusion4j.sample.lambda;

import java.util.List;
import org.diffusion4j.sample.SamplerProvider;
import org.diffusion4j.sample.Samplers;

/** The samplers that step in lambda, by name. */
public final class LambdaSamplers implements SamplerProvider {

    @Override
    public List<Samplers.Entry> samplers() {
        // spotless:off
        return List.of(
            new Samplers.Entry("dpm-solver-2m", 1, 2, false, "DPM-Solver, multistep, midpoint", "10 to 20 steps without guidance",
                    s -> DpmSolver.ofNoise(2)),
            new Samplers.Entry("dpm-solver-3m", 1, 2, false, "DPM-Solver, multistep; converges with order 2", "as published",
                    s -> DpmSolver.ofNoise(3)),
            new Samplers.Entry("dpm++-2m", 1, 2, false, "DPM-Solver++, algorithm 2", "10 to 20 steps, with guidance too",
                    s -> DpmSolver.plusPlus(2)),
            new Samplers.Entry("dpm++-2m-sde", 1, 2, true, "DPM-Solver++, equation 18", "20 steps and more; washes out errors",
                    s -> DpmSolver.plusPlus(2).withTau(1)),
            new Samplers.Entry("dpm++-3m", 1, 2, false, "DPM-Solver++, multistep; converges with order 2", "as published",
                    s -> DpmSolver.plusPlus(3)),
            new Samplers.Entry("dpm++-3m-corrected", 1, 3, false, "DPM-Solver++, multistep, whole second derivative",
                    "20 steps and more without guidance", s -> DpmSolver.plusPlus(3).thirdOrderCorrected()),
            new Samplers.Entry("dpm++-3m-sde", 1, 2, true, "k-diffusion, sample_dpmpp_3m_sde; its ODE converges with order 2",
                    "as dpm++-2m-sde", s -> DpmSolver.plusPlus(3).with(FirstMoment.EXACT).withTau(1)),
            new Samplers.Entry("dpm-solver-fast", 1, 3, false, "DPM-Solver, section 3.4", "15 steps and more without guidance; eta adds noise",
                    s -> new DpmSolverSinglestep(3, Integrand.EPS).withEta(s.eta())),
            new Samplers.Entry("dpm++-2s", 1, 2, false, "DPM-Solver++, algorithm 1", "20 steps and more",
                    s -> new DpmSolverSinglestep(2, Integrand.X0)),
            new Samplers.Entry("dpm-solver-23", 3, 3, false, "DPM-Solver, appendix C", "when the number of steps is not known; chooses its own; eta adds noise",
                    s -> new DpmSolverAdaptive(3, Integrand.EPS).withEta(s.eta())),
            new Samplers.Entry("deis", 1, 3, false, "DEIS, logrho", "10 to 20 steps without guidance", s -> new Deis(3)),
            new Samplers.Entry("unipc", 1, 3, false, "UniPC, algorithms 1 and 2, B2(h)", "5 to 10 steps", s -> new UniPc(2)),
            new Samplers.Entry("unipc-3", 1, 4, false, "UniPC, algorithms 1 and 2, B2(h)", "10 steps without guidance",
                    s -> new UniPc(3)),
            new Samplers.Entry("sa-solver", 1, 2, true, "SA-Solver, algorithm 1, tau = 1", "20 steps and more", s -> new SaSolver(t -> 1)));
        // spotless:on
    }
}
