package org.diffusion4j.sample.sigma;

import java.util.List;
import org.diffusion4j.sample.SamplerProvider;
import org.diffusion4j.sample.Samplers;

/** The samplers that step in the noise level sigma, by name. */
public final class SigmaSamplers implements SamplerProvider {

    @Override
    public List<Samplers.Entry> samplers() {
        // spotless:off
        return List.of(
            new Samplers.Entry("euler", 1, 1, false, "EDM, algorithm 2 without correction", "as ddim with eta 0",
                    s -> new Euler()),
            new Samplers.Entry("heun", 2, 2, false, "EDM, algorithm 1", "the ODE's solution in some 20 steps", s -> new Heun()),
            new Samplers.Entry("kdpm2", 2, 2, false, "k-diffusion, sample_dpm_2", "as heun", s -> new Kdpm2()),
            new Samplers.Entry("lms", 1, 4, false, "k-diffusion, sample_lms", "the ODE's solution in some 30 steps of one call", s -> new Lms()),
            new Samplers.Entry("euler-ancestral", 1, 1, true, "k-diffusion, sample_euler_ancestral", "varied pictures in 20 steps and more",
                    s -> new EulerAncestral()),
            new Samplers.Entry("kdpm2-ancestral", 2, 1, true, "k-diffusion, sample_dpm_2_ancestral", "as euler-ancestral, with fewer steps",
                    s -> new Kdpm2Ancestral()),
            new Samplers.Entry("dpm++-2s-ancestral", 2, 1, true, "k-diffusion, sample_dpmpp_2s_ancestral", "as kdpm2-ancestral",
                    s -> new DpmPlusPlus2sAncestral()),
            new Samplers.Entry("dpm++-sde", 2, 1, true, "k-diffusion, sample_dpmpp_sde", "fine detail in 15 steps and more",
                    s -> new DpmPlusPlusSde()));
        // spotless:on
    }
}
