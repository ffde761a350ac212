package org.diffusion4j.sample.sigma;

import java.util.List;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.SamplerOption;
import org.diffusion4j.sample.SamplerProvider;
import org.diffusion4j.sample.Samplers;

/** The samplers that step in the noise level sigma, by name. */
public final class SigmaSamplers implements SamplerProvider {

    private static final SamplerOption<Double> CHURN = SamplerOption.real(
            "churn",
            0,
            0,
            Double.POSITIVE_INFINITY,
            "S_churn: noise that is added before each step, over all steps; EDM took 40");
    private static final SamplerOption<Double> TMIN =
            SamplerOption.real("tmin", 0, 0, Double.POSITIVE_INFINITY, "S_tmin: no churn below this sigma/alpha");
    private static final SamplerOption<Double> TMAX = SamplerOption.real(
            "tmax", Double.POSITIVE_INFINITY, 0, Double.POSITIVE_INFINITY, "S_tmax: no churn above this sigma/alpha");
    private static final SamplerOption<Double> NOISE = SamplerOption.real(
            "noise",
            1,
            0,
            Double.POSITIVE_INFINITY,
            "S_noise: standard deviation of the churn, a little above 1 against lost detail");
    private static final SamplerOption<Integer> ORDER =
            SamplerOption.whole("order", 4, 1, 10, "how many slopes are combined");
    private static final SamplerOption<Double> ETA =
            SamplerOption.real("eta", 1, 0, 1, "share of the ancestral noise; 0 is the ODE");
    private static final SamplerOption<Double> INNER =
            SamplerOption.real("r", 0.5, 0.01, 1, "where in log sigma the inner level of a step lies");

    private static Churn churn(SampleSettings settings) {
        return new Churn(CHURN.of(settings), TMIN.of(settings), TMAX.of(settings), NOISE.of(settings));
    }

    @Override
    public List<Samplers.Entry> samplers() {
        // spotless:off
        return List.of(
            new Samplers.Entry("euler", 1, 1, false, "EDM, algorithm 2 without correction", "as ddim with eta 0",
                    s -> new Euler(churn(s))).withOptions(CHURN, TMIN, TMAX, NOISE),
            new Samplers.Entry("heun", 2, 2, false, "EDM, algorithm 1", "the ODE's solution in some 20 steps", s -> new Heun(churn(s))).withOptions(CHURN, TMIN, TMAX, NOISE),
            new Samplers.Entry("kdpm2", 2, 2, false, "k-diffusion, sample_dpm_2", "as heun", s -> new Kdpm2(churn(s))).withOptions(CHURN, TMIN, TMAX, NOISE),
            new Samplers.Entry("lms", 1, 4, false, "k-diffusion, sample_lms", "the ODE's solution in some 30 steps of one call", s -> new Lms(ORDER.of(s))).withOptions(ORDER),
            new Samplers.Entry("euler-ancestral", 1, 1, true, "k-diffusion, sample_euler_ancestral", "varied pictures in 20 steps and more",
                    s -> new EulerAncestral(ETA.of(s))).withOptions(ETA),
            new Samplers.Entry("kdpm2-ancestral", 2, 1, true, "k-diffusion, sample_dpm_2_ancestral", "as euler-ancestral, with fewer steps",
                    s -> new Kdpm2Ancestral(ETA.of(s))).withOptions(ETA),
            new Samplers.Entry("dpm++-2s-ancestral", 2, 1, true, "k-diffusion, sample_dpmpp_2s_ancestral", "as kdpm2-ancestral",
                    s -> new DpmPlusPlus2sAncestral(ETA.of(s))).withOptions(ETA),
            new Samplers.Entry("dpm++-sde", 2, 1, true, "k-diffusion, sample_dpmpp_sde", "fine detail in 15 steps and more",
                    s -> new DpmPlusPlusSde(ETA.of(s), INNER.of(s))).withOptions(ETA, INNER));
        // spotless:on
    }
}
