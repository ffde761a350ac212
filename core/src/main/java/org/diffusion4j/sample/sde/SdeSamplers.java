package org.diffusion4j.sample.sde;

import java.util.List;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.SamplerOption;
import org.diffusion4j.sample.SamplerProvider;
import org.diffusion4j.sample.Samplers;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.Heun;

/** The samplers of the reverse SDE and of its ODE, by name. */
public final class SdeSamplers implements SamplerProvider {

    private static final double LEAST = 1e-12; // what must be above 0

    private static final SamplerOption<Predictor> PREDICTOR =
            SamplerOption.choice("predictor", Predictor.REVERSE_DIFFUSION, "how a step of the reverse SDE is solved");
    private static final SamplerOption<Corrector.Rule> CORRECTOR = SamplerOption.choice(
            "corrector",
            Corrector.Rule.LANGEVIN,
            "how long a step of the corrector is: by the score, or by sigma alone");
    private static final SamplerOption<Double> SNR = SamplerOption.real(
            "snr", 0.16, LEAST, 10, "signal-to-noise ratio of a step of the corrector; more is a longer step");
    private static final SamplerOption<Integer> CORRECTOR_STEPS =
            SamplerOption.whole("corrector-steps", 1, 0, 1000, "steps of the corrector at each time");
    private static final SamplerOption<NormScope> NORM = SamplerOption.choice(
            "norm", NormScope.SAMPLE, "whose score sets the corrector's step; batch is the authors' and mixes samples");
    private static final SamplerOption<Double> RELATIVE =
            SamplerOption.real("relative", 1e-5, LEAST, 1, "relative error that a step may have");
    private static final SamplerOption<Double> ABSOLUTE =
            SamplerOption.real("absolute", 1e-5, LEAST, 1, "absolute error that a step may have");
    private static final SamplerOption<Double> SHARE = SamplerOption.real(
            "share", 0.3, LEAST, 1, "of a level's variance that a step is long; NCSN took 0.2, that is 2e-5 at 0.01");
    private static final SamplerOption<Integer> LEVEL_STEPS =
            SamplerOption.whole("level-steps", 5, 1, 10_000, "steps at each level; NCSN took 100 at 10 levels");
    private static final SamplerOption<Double> CHURN = SamplerOption.real(
            "churn", 40, 0, Double.POSITIVE_INFINITY, "S_churn: noise that is added before each step, over all steps");
    private static final SamplerOption<Double> TMIN =
            SamplerOption.real("tmin", 0.05, 0, Double.POSITIVE_INFINITY, "S_tmin: no churn below this sigma/alpha");
    private static final SamplerOption<Double> TMAX =
            SamplerOption.real("tmax", 50, 0, Double.POSITIVE_INFINITY, "S_tmax: no churn above this sigma/alpha");
    private static final SamplerOption<Double> NOISE =
            SamplerOption.real("noise", 1.003, 0, Double.POSITIVE_INFINITY, "S_noise: standard deviation of the churn");

    private static PredictorCorrector predictorCorrector(SampleSettings settings) {
        return new PredictorCorrector(
                PREDICTOR.of(settings),
                new Corrector(
                        CORRECTOR.of(settings), SNR.of(settings), CORRECTOR_STEPS.of(settings), NORM.of(settings)));
    }

    private static ProbabilityFlow ode(SampleSettings settings) {
        return new ProbabilityFlow(new DormandPrince(RELATIVE.of(settings), ABSOLUTE.of(settings), NormScope.SAMPLE));
    }

    @Override
    public List<Samplers.Entry> samplers() {
        // spotless:off
        return List.of(
            new Samplers.Entry("pc", 2, 1, true, "Song et al. 2021, algorithm 1", "score models, with 500 steps and more",
                    SdeSamplers::predictorCorrector).withOptions(PREDICTOR, CORRECTOR, SNR, CORRECTOR_STEPS, NORM),
            new Samplers.Entry("em", 1, 1, true, "Song et al. 2021, Euler–Maruyama", "the SDE as it stands, with 500 steps and more",
                    s -> new PredictorCorrector(Predictor.EULER_MARUYAMA, Corrector.NONE)),
            new Samplers.Entry("reverse-diffusion", 1, 1, true, "Song et al. 2021, equation 46", "as em",
                    s -> new PredictorCorrector(Predictor.REVERSE_DIFFUSION, Corrector.NONE)),
            new Samplers.Entry("ode", 6, 5, false, "Song et al. 2021, appendix D.2", "the ODE to a tolerance, in as many calls as it takes",
                    SdeSamplers::ode).withOptions(RELATIVE, ABSOLUTE),
            new Samplers.Entry("edm", 2, 2, true, "EDM, algorithm 2", "models of EDM, with 100 steps and more",
                    s -> new Heun(new Churn(CHURN.of(s), TMIN.of(s), TMAX.of(s), NOISE.of(s)))).withOptions(CHURN, TMIN, TMAX, NOISE),
            new Samplers.Entry("langevin", 5, 1, true, "Song, Ermon 2019, algorithm 1", "models of NCSN, one step a level",
                    s -> new AnnealedLangevin(SHARE.of(s), LEVEL_STEPS.of(s))).withOptions(SHARE, LEVEL_STEPS));
        // spotless:on
    }
}
