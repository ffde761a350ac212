package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.evaluate.OdeLikelihood;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.sde.Corrector;
import org.diffusion4j.sample.sde.DormandPrince;
import org.diffusion4j.sample.sde.NormScope;
import org.diffusion4j.sample.sde.Predictor;
import org.diffusion4j.sample.sde.PredictorCorrector;
import org.diffusion4j.sample.sde.ProbabilityFlow;
import org.diffusion4j.schedule.TimeGrid;

/** Whole trajectories and likelihoods of score_sde, and the likelihood of k-diffusion, over an analytic denoiser. */
final class ScoreSdeSamplersCheck implements GoldenCheck {

    private static final Set<String> SYMBOLS = Set.of(
            "sampling.get_pc_sampler",
            "sampling.get_ode_sampler",
            "likelihood.get_likelihood_fn",
            "sampling.log_likelihood");

    @Override
    public boolean covers(GoldenCase golden) {
        return SYMBOLS.contains(golden.symbol());
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        switch (golden.symbol()) {
            case "sampling.get_pc_sampler" -> predictorCorrector(golden, out);
            case "sampling.get_ode_sampler" -> ode(golden, out);
            case "likelihood.get_likelihood_fn" -> likelihood(golden, out);
            default -> logLikelihood(golden, out);
        }
    }

    private static void predictorCorrector(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        ScoreSdeProcess process = ScoreSdeProcess.of(config);
        AnalyticDenoiser model = new AnalyticDenoiser(process, golden);
        TimeGrid grid = process.grid(config.get("eps").asDouble());
        Tensor start = Comparison.tensor(golden.input("prior_noise"), ScalarType.Double)
                .mul(new Scalar(process.priorDeviation()));

        Tensor end = new PredictorCorrector(
                        predictor(config),
                        corrector(golden),
                        !config.get("denoise").asBoolean())
                .sample(model, grid, start, noise(golden, predictor(config)), SampleListener.NONE);

        out.expect("x_final", end);
        end.close();
        int asked = predictor(config) == Predictor.NONE ? grid.steps() : 0; // for x0, of no other use
        out.expectExactly("model_calls", model.calls().size() - asked);
    }

    /** The reference draws no noise for a predictor that does not move, but for the ODE, where it is of no weight. */
    private static NoiseStream noise(GoldenCase golden, Predictor predictor) {
        if (predictor == Predictor.REVERSE_DIFFUSION_ODE) {
            golden.needsNo("inputs.noise");
        }
        int steps = corrector(golden).steps();
        return (address, like) -> {
            int i = (address - 1) / (steps + 1);
            int call = predictor == Predictor.NONE ? address - 1 - i : address - 1;
            return Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, call);
        };
    }

    private static Predictor predictor(JsonNode config) {
        boolean ode = config.get("probability_flow").asBoolean();
        boolean exploding = config.get("sde").asText().equals("VESDE");
        return switch (config.get("predictor").asText()) {
            case "euler_maruyama" -> Predictor.EULER_MARUYAMA;
            case "reverse_diffusion" -> ode ? Predictor.REVERSE_DIFFUSION_ODE : Predictor.REVERSE_DIFFUSION;
            case "ancestral_sampling" -> exploding ? Predictor.ANCESTRAL : Predictor.ANCESTRAL_LARGE;
            default -> Predictor.NONE;
        };
    }

    private static Corrector corrector(GoldenCase golden) {
        JsonNode config = golden.config();
        if (config.get("corrector").asText().equals("none")) {
            golden.needsNo("config.snr", "config.n_steps");
            return Corrector.NONE;
        }
        Map<String, Corrector.Rule> rules = Map.of("langevin", Corrector.Rule.LANGEVIN, "ald", Corrector.Rule.ALD);
        return new Corrector(
                rules.get(config.get("corrector").asText()),
                config.get("snr").asDouble(),
                config.get("n_steps").asInt(),
                NormScope.BATCH);
    }

    private static DormandPrince solver(GoldenCase golden) {
        golden.needsNo("config.method", "config.N", "config.denoise");
        return new DormandPrince(
                golden.config().get("rtol").asDouble(),
                golden.config().get("atol").asDouble(),
                NormScope.BATCH);
    }

    private static void ode(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        ScoreSdeProcess process = ScoreSdeProcess.of(config);
        AnalyticDenoiser model = new AnalyticDenoiser(process, golden);
        double eps = config.get("eps").asDouble();
        Tensor z = Comparison.tensor(golden.input("z"), ScalarType.Double);

        Tensor end = new ProbabilityFlow(solver(golden))
                .sample(model, TimeGrid.of(new double[] {1}, eps), z, (address, like) -> like, SampleListener.NONE);
        if (golden.expects("nfe")) {
            out.expectExactly("nfe", model.calls().size());
        }
        if (config.get("denoise").asBoolean()) {
            try (Tensor noisy = end) {
                end = new PredictorCorrector(Predictor.REVERSE_DIFFUSION, Corrector.NONE, false)
                        .sample(
                                model,
                                TimeGrid.of(new double[] {eps}, eps - 1.0 / process.n()),
                                noisy,
                                (address, like) -> like,
                                SampleListener.NONE);
            }
        }
        out.expect("x_final", end);
        end.close();
    }

    private static void likelihood(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        golden.needsNo("config.inverse_scaler"); // from [−1, 1] to [0, 1], as below
        ScoreSdeProcess process = ScoreSdeProcess.of(config);
        OdeLikelihood.Probe probe = config.get("hutchinson_type").asText().equals("Gaussian")
                ? OdeLikelihood.Probe.GAUSSIAN
                : OdeLikelihood.Probe.RADEMACHER;
        OdeLikelihood likelihood = new OdeLikelihood(
                new AnalyticDenoiser(process, golden),
                new OdeLikelihood.Span(config.get("eps").asDouble(), 1, process.priorDeviation()),
                solver(golden),
                probe);
        Tensor x = Comparison.tensor(golden.input("x"), ScalarType.Double);

        OdeLikelihood.Result found = likelihood.of(
                x, (address, like) -> Comparison.tensor(golden.input("epsilon"), ScalarType.Double), 1, percent -> {});

        double dimensions = x.numel() / (double) x.size(0);
        double[] bits = found.logDensity().clone();
        for (int i = 0; i < bits.length; i++) {
            bits[i] = -bits[i] / dimensions / Math.log(2) + 7; // bins of 2/256
        }
        out.expect("bpd", bits);
        out.expect("z", found.latent());
        if (golden.expects("nfe")) {
            out.expectExactly("nfe", found.calls());
        }
    }

    private static void logLikelihood(GoldenCase golden, Comparison out) {
        DiffusionProcess process = new VarianceExploding();
        double last = golden.config().get("sigma_max").asDouble();
        OdeLikelihood likelihood = new OdeLikelihood(
                new AnalyticDenoiser(process, golden),
                new OdeLikelihood.Span(golden.config().get("sigma_min").asDouble(), last, last),
                new DormandPrince(1e-10, 1e-10, NormScope.BATCH),
                OdeLikelihood.Probe.RADEMACHER);
        out.expect(
                "log_likelihood",
                likelihood
                        .of(
                                Comparison.tensor(golden.input("x"), ScalarType.Double),
                                (address, like) -> Comparison.tensor(golden.input("v"), ScalarType.Double),
                                1,
                                percent -> {})
                        .logDensity());
    }
}
