package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.evaluate.BoundTerms;
import org.diffusion4j.evaluate.Likelihood;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.guide.ClassifierGuidance;
import org.diffusion4j.guide.ClassifierGuidedDdpm;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.LearnedVariance;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.process.VariationalBound;
import org.diffusion4j.sample.Clipped;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.DiscreteSchedule;
import org.diffusion4j.schedule.Respacing;
import org.diffusion4j.schedule.TimeGrid;

/** The {@code GaussianDiffusion} of IDDPM and of ADM, plain, respaced, guided by a classifier: one step of everything, losses, whole loops, bits per dimension. */
public final class GaussianDiffusionCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().matches("(improved|guided)_diffusion\\..*Diffusion");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        new Replay(golden, out).run();
    }

    /** One case. A respaced chain is a table of its own; the network receives the original timestep. */
    private static final class Replay {

        private final GoldenCase golden;
        private final Comparison out;
        private final AnalyticNetwork network;
        private final DiscreteProcess process;
        private final OutputMeaning meaning;
        private final ReverseVariance variance;
        private final Denoiser model;
        private final Denoiser
                ofMean; // the reference does not clip a predicted mean, only the x0 beside it; ours would
        private final boolean guided;
        private final ClassifierGuidance.Classifier classifier; // null where not guided
        private final Denoiser steered;
        private final double[] t;
        private final Tensor x0;
        private final Tensor xt;
        private final Tensor noise;

        Replay(GoldenCase golden, Comparison out) {
            this.golden = golden;
            this.out = out;
            JsonNode config = golden.config();
            golden.needsNo("config.model.e", "config.model.f"); // which cond_fn has too, where there is one
            if (!config.get("model_var_type").asText().startsWith("LEARNED")) {
                golden.needsNo("config.model.c", "config.model.d");
            }
            DiscreteSchedule whole = whole(config);
            double[] timesteps = timesteps(config, whole.steps());
            process = new DiscreteProcess(respaced(whole, timesteps));
            double scale = config.get("rescale_timesteps").asBoolean() ? 1000.0 / whole.steps() : 1;
            network = new AnalyticNetwork(
                    config.get("model"),
                    config.get("model_var_type").asText().startsWith("LEARNED"),
                    step -> scale * timesteps[step]);
            Prediction prediction = Map.of(
                            "EPSILON", Prediction.EPS, "START_X", Prediction.X0, "PREVIOUS_X", Prediction.MEAN)
                    .get(config.get("model_mean_type").asText());
            String type = config.get("model_var_type").asText();
            LearnedVariance learned = type.equals("LEARNED")
                    ? LearnedVariance.LOG
                    : type.equals("LEARNED_RANGE") ? LearnedVariance.RANGE : null;
            meaning = new OutputMeaning(prediction, learned);
            variance = learned != null
                    ? ReverseVariance.LEARNED
                    : type.equals("FIXED_LARGE") ? ReverseVariance.FIXED_LARGE : ReverseVariance.FIXED_SMALL;
            NetworkDenoiser raw = new NetworkDenoiser(network, process, meaning, Condition.NONE);
            model = config.get("clip_denoised").asBoolean() ? new Clipped(raw) : raw;
            ofMean = prediction == Prediction.MEAN ? raw : model;
            JsonNode conditioned = config.path("cond_fn");
            guided = conditioned.isObject();
            classifier = guided ? classifier(conditioned, step -> scale * timesteps[step]) : null;
            steered = guided ? new ClassifierGuidance(model, classifier, 1) : model;
            t = golden.input("t").values();
            x0 = input("x_start");
            xt = input("x_t");
            noise = input("noise");
        }

        void run() {
            forward();
            oneStep();
            losses();
            if (golden.hasInput("loop_noise")) {
                loops();
                bitsPerDim();
            }
        }

        private void forward() {
            DiscreteSchedule table = process.table();
            int steps = table.steps();
            out.expect(
                    "betas", IntStream.range(0, steps).mapToDouble(table::beta).toArray());
            out.expect(
                    "alphas_cumprod",
                    IntStream.range(0, steps).mapToDouble(table::alphaBar).toArray());
            out.expect(
                    "posterior_log_variance_clipped",
                    IntStream.range(0, steps)
                            .mapToDouble(i -> Math.log(table.chainStep(i).variance()))
                            .toArray());
            NoiseLevel level = NoiseLevel.at(process, t, x0);
            out.expect("q_mean", x0.mul(level.alpha()));
            out.expect("q_variance", level.sigma().square().flatten());
            out.expect("q_log_variance", level.sigma().square().log().flatten());
            out.expect("q_sample", level.noised(x0, noise));
            out.expect("q_posterior_mean", level.step().mean(x0, xt));
            out.expect(
                    "q_posterior_log_variance_clipped", level.step().logSmall().flatten());
            out.expect(
                    "q_posterior_variance",
                    Arrays.stream(t)
                            .map(each -> process.posterior(each, each - 1).variance())
                            .toArray());
        }

        private void oneStep() {
            out.expect("pred_xstart", rows(i -> at(i).x0()));
            out.expect(
                    "p_mean", rows(i -> step(i).mean(ofMean.at(row(xt, i), t[i]).x0(), row(xt, i))));
            Tensor log = rows(i -> variance.log(at(i), step(i)));
            out.expect("p_log_variance", log);
            boolean small =
                    variance == ReverseVariance.FIXED_SMALL; // whose reference says 0 at t = 0, but never uses it
            out.expect("p_variance", small ? log.exp().mul(Tensors.of(t).sign()) : log.exp());
            out.expect("predict_eps_from_xstart", rows(this::eps));
            out.expect("p_sample", rows(i -> move(ofMean, ancestral(), i)));
            out.expect("ddim_sample_eta0_0", rows(i -> move(steered, new Ddim(0), i)));
            out.expect("ddim_sample_eta0_7", rows(i -> move(steered, new Ddim(0.7), i)));
            if (guided) {
                Tensor conditioned = rows(i -> steered.at(row(xt, i), t[i]).x0());
                out.expect("ddim_pred_xstart_conditioned", conditioned);
                out.expect("condition_score_pred_xstart", conditioned);
                out.expect("condition_mean", rows(i -> move(ofMean, ancestral(), i, zero(i))));
            }
            out.expect("ddim_reverse_sample", rows(this::reversed));
        }

        private Sampler ancestral() {
            return guided ? new ClassifierGuidedDdpm(variance, classifier, 1) : new Ddpm(variance);
        }

        private Tensor zero(int i) {
            return torch.zeros_like(row(xt, i));
        }

        private void losses() {
            String type = golden.config().get("loss_type").asText();
            boolean learned = variance == ReverseVariance.LEARNED;
            LossTerms loss = switch (type) {
                case "MSE" -> learned ? LossTerms.HYBRID_MEAN : LossTerms.SIMPLE;
                case "RESCALED_MSE" -> learned ? LossTerms.HYBRID : LossTerms.SIMPLE;
                case "KL" -> LossTerms.VLB_MEAN;
                default -> LossTerms.VLB;
            };
            Tensor whole = losses(loss);
            out.expect("training_loss", whole);
            if (golden.expects("training_mse")) {
                Tensor simple = losses(LossTerms.SIMPLE);
                out.expect("training_mse", simple);
                if (golden.expects("training_vb")) {
                    out.expect("training_vb", whole.sub(simple));
                }
            }
            out.expect("vb_terms_bpd", rows(i -> {
                NoiseLevel level = NoiseLevel.at(process, t[i]);
                Tensor noised = level.noised(row(x0, i), row(noise, i));
                Denoised at = ofMean.at(noised, t[i]);
                return VariationalBound.term(row(x0, i), noised, at.x0(), variance.log(at, step(i)), step(i));
            }));
            out.expect(
                    "prior_bpd", VariationalBound.prior(process, process.table().steps() - 1, x0));
        }

        private Tensor losses(LossTerms loss) {
            ObjectiveSettings settings = new ObjectiveSettings(loss, Weighting.SIMPLE, null, TimeSampling.UNIFORM);
            return new DenoisingLoss(network, process, meaning, variance, settings).of(x0, Condition.NONE, t, noise);
        }

        private void loops() {
            TimeGrid grid = TimeGrid.full(process.table().steps());
            Tensor recorded = input("loop_noise");
            NoiseStream replay = (address, like) -> recorded.select(0, address);
            Map<String, Sampler> samplers = Map.of(
                    "p_sample_loop", ancestral(),
                    "ddim_sample_loop_eta0_0", new Ddim(0),
                    "ddim_sample_loop_eta0_5", new Ddim(0.5));
            samplers.forEach((name, sampler) -> {
                Denoiser denoiser = name.startsWith("p_") ? ofMean : steered;
                try (Tensor end = sampler.sample(denoiser, grid, recorded.select(0, 0), replay, SampleListener.NONE)) {
                    out.expect(name, end);
                }
            });
        }

        private void bitsPerDim() {
            BoundTerms terms = terms(ofMean);
            out.expect("bpd_total_bpd", terms.total());
            out.expect("bpd_prior_bpd", terms.prior());
            out.expect("bpd_vb", bySample(terms.steps()));
            BoundTerms clipped = terms(model);
            out.expect("bpd_xstart_mse", bySample(clipped.x0Errors()));
            out.expect("bpd_mse", bySample(clipped.epsErrors()));
        }

        private BoundTerms terms(Denoiser denoiser) {
            Tensor recorded = input("bpd_noise");
            TimeGrid grid = TimeGrid.full(process.table().steps());
            return new Likelihood(denoiser, variance, grid)
                    .of(x0, (address, like) -> recorded.select(0, address - 1), step -> {});
        }

        private static double[] bySample(double[][] bySteps) {
            return IntStream.range(0, bySteps[0].length)
                    .boxed()
                    .flatMapToDouble(i -> Arrays.stream(bySteps).mapToDouble(step -> step[i]))
                    .toArray();
        }

        private Denoised at(int i) {
            return model.at(row(xt, i), t[i]);
        }

        private ReverseStep step(int i) {
            return ReverseStep.of(process.chainStep(t[i]).orElseThrow());
        }

        /** The noise that the x0 of sample i leaves in its x_t. */
        private Tensor eps(int i) {
            return Prediction.X0
                    .interpret(at(i).x0(), row(xt, i), NoiseLevel.at(process, t[i]))
                    .eps();
        }

        private Tensor move(Denoiser denoiser, Sampler sampler, int i) {
            return move(denoiser, sampler, i, row(noise, i));
        }

        private Tensor move(Denoiser denoiser, Sampler sampler, int i, Tensor drawn) {
            TimeGrid grid = TimeGrid.of(new double[] {t[i]}, t[i] - 1);
            return sampler.sample(denoiser, grid, row(xt, i), (address, like) -> drawn, SampleListener.NONE);
        }

        /** {@code log p = −e/2·(f − x)²·cos(t/300)}, so that its gradient is {@code e·(f − x)·cos(t/300)}. */
        private static ClassifierGuidance.Classifier classifier(JsonNode letters, IntToDoubleFunction originalTime) {
            double e = letters.get("e").asDouble();
            double f = letters.get("f").asDouble();
            return (x, time) -> x.sub(new Scalar(f))
                    .square()
                    .mul(new Scalar(-e / 2 * Math.cos(originalTime.applyAsDouble((int) time) / 300)))
                    .flatten(1, -1)
                    .sum(1);
        }

        /** A step of DDIM towards noise; after the last timestep the reference takes alphaBar for 0, where only the noise is left. */
        private Tensor reversed(int i) {
            if (t[i] == process.table().steps() - 1) {
                return eps(i);
            }
            TimeGrid up =
                    TimeGrid.of(new double[] {t[i] + 1, t[i]}, TimeGrid.CLEAN).reversed();
            return new Ddim(0).sample(model, up, row(xt, i), (address, like) -> like, SampleListener.NONE);
        }

        private static Tensor row(Tensor batch, int i) {
            return batch.narrow(0, i, 1);
        }

        /** One result a sample, as a batch. */
        private Tensor rows(IntFunction<Tensor> row) {
            List<Tensor> rows = new ArrayList<>();
            for (int i = 0; i < t.length; i++) {
                rows.add(row.apply(i).reshape(1, -1));
            }
            Tensor joined = torch.cat(new TensorVector(rows.toArray(Tensor[]::new)), 0);
            return joined.size(1) == 1
                    ? joined.flatten()
                    : joined.reshape(xt.sizes().vec().get());
        }

        private Tensor input(String name) {
            return Comparison.tensor(golden.input(name), ScalarType.Double);
        }

        private static DiscreteSchedule whole(JsonNode config) {
            if (config.get("schedule").isNull()) {
                List<Double> betas = new ArrayList<>();
                config.get("betas").forEach(beta -> betas.add(beta.asDouble()));
                assertThat(betas).hasSize(config.get("diffusion_steps").asInt());
                return DiscreteSchedule.ofBetas(
                        betas.stream().mapToDouble(Double::doubleValue).toArray());
            }
            BetaCurve curve =
                    config.get("schedule").asText().equals("cosine") ? BetaCurve.COSINE : BetaCurve.IDDPM_LINEAR;
            return new BetaSchedule(
                            curve, 1e-4, 0.02, config.get("diffusion_steps").asInt())
                    .table();
        }

        /** The original timesteps that are left, ascending. */
        private static double[] timesteps(JsonNode config, int total) {
            TimeGrid grid = config.get("timestep_respacing").isNull()
                    ? TimeGrid.full(total)
                    : Respacing.grid(config.get("timestep_respacing").asText(), total);
            return IntStream.range(0, grid.steps())
                    .mapToDouble(i -> grid.time(grid.steps() - 1 - i))
                    .toArray();
        }

        private static DiscreteSchedule respaced(DiscreteSchedule whole, double[] timesteps) {
            double[] betas = new double[timesteps.length];
            double before = 1;
            for (int i = 0; i < betas.length; i++) {
                double alphaBar = whole.alphaBar((int) timesteps[i]);
                betas[i] = 1 - alphaBar / before;
                before = alphaBar;
            }
            return DiscreteSchedule.ofBetas(betas);
        }
    }
}
