package org.diffusion4j.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.text.PublishedTextTransformer;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.LearnedVariance;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.DiscreteSchedule;
import org.diffusion4j.schedule.Respacing;
import org.diffusion4j.schedule.TimeGrid;
import org.diffusion4j.train.ObjectiveSettings;

/** Diffusion-LM's network, losses, rounding and loops, and DiffuSeq's loss, all in float64. */
public final class DiffusionLmCheck implements GoldenCheck {

    private static final String NETWORK = "TransformerNetModel2";
    private static final String LOSSES = "GaussianDiffusion.training_losses_e2e";
    private static final String SOURCE_AND_TARGET = "GaussianDiffusion.training_losses_seq2seq";
    private static final String LOOP = "GaussianDiffusion.p_sample_loop";
    private static final String DDIM_LOOP = "GaussianDiffusion.ddim_sample_loop";
    private static final String ROUNDING = "test_util.denoised_fn_round (get_efficient_knn), compute_logp";
    private static final String TABLES = "get_named_beta_schedule('sqrt')";
    private static final Map<String, BetaCurve> CURVES =
            Map.of("sqrt", BetaCurve.DIFFUSION_LM, "cosine", BetaCurve.COSINE);
    private static final Map<String, Prediction> PREDICTIONS =
            Map.of("START_X", Prediction.X0, "EPSILON", Prediction.EPS);

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("diffusion_lm")
                && Set.of(NETWORK, LOSSES, SOURCE_AND_TARGET, LOOP, DDIM_LOOP, ROUNDING, TABLES)
                        .contains(golden.symbol());
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        switch (golden.symbol()) {
            case NETWORK -> network(golden, out);
            case LOSSES -> losses(golden, out);
            case SOURCE_AND_TARGET -> sourceAndTarget(golden, out);
            case ROUNDING -> rounding(golden, out);
            case TABLES -> tables(golden, out);
            default -> loop(golden, out);
        }
    }

    private static Tensor input(GoldenCase golden, String name) {
        return Comparison.tensor(golden.input(name), ScalarType.Double);
    }

    private static Tensor tokens(GoldenCase golden, String name) {
        return Comparison.tensor(golden.input(name), ScalarType.Long);
    }

    private static DiscreteProcess process(JsonNode config) {
        return new DiscreteProcess(new BetaSchedule(
                        CURVES.get(config.get("noise_schedule").asText()),
                        1e-4,
                        0.02,
                        config.get("diffusion_steps").asInt())
                .table());
    }

    private static double timeScale(JsonNode config) {
        return config.get("rescale_timesteps").asBoolean()
                ? 1000.0 / config.get("diffusion_steps").asInt()
                : 1;
    }

    private static void network(GoldenCase golden, Comparison out) {
        try (TextTransformer network = PublishedTextTransformer.of(golden, "/config")) {
            network.parameters().enableGradients();
            Tensor x = input(golden, "x");
            x.requires_grad_(true);
            Tensor times = input(golden, "timesteps");
            out.expect("time_embedding", PublishedTextTransformer.timeEmbedding(network, times));
            out.expect("embeds", network.embed(tokens(golden, "input_ids")));
            Tensor hidden = input(golden, "hidden");
            Tensor distances = new Rounding(network.embeddings())
                    .squaredDistances(hidden)
                    .sqrt()
                    .neg();
            boolean byProduct = golden.config().get("logits_mode").asInt() == 1;
            out.expect(byProduct ? "logits" : "logits_other_mode", network.logits(hidden));
            out.expect(byProduct ? "logits_other_mode" : "logits", distances);
            Tensor y = network.forward(x, times, Condition.NONE);
            out.expect("output", y);
            Tensor loss = y.mul(input(golden, "loss_weight")).sum();
            out.expect("loss", loss.item_double());
            loss.backward();
            out.expectGradient("grad_input.x", x.grad(), 10);
            gradients(golden, network, out);
        }
    }

    private static void gradients(GoldenCase golden, TextTransformer network, Comparison out) {
        String prefix = "grad_weight.";
        for (String name : golden.expectedNames()) {
            if (name.startsWith(prefix)) {
                Tensor grad = network.parameters()
                        .get(name.substring(prefix.length()))
                        .value()
                        .grad();
                out.expectGradient(name, grad, 10);
            }
        }
    }

    private static void losses(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        DiscreteProcess process = process(config);
        golden.needsNo("config.model.logits_mode"); // 1 in all
        out.expect("std0", process.sigma(0));
        out.expect("sqrt_alpha_bar_last", process.alpha(process.table().steps() - 1));
        try (TextTransformer network = PublishedTextTransformer.of(golden, "/config/model")) {
            network.parameters().enableGradients();
            double[] times = golden.input("t").values();
            NoisyTexts texts = NoisyTexts.of(
                    process,
                    tokens(golden, "input_ids"),
                    network.embed(tokens(golden, "input_ids")),
                    null,
                    times,
                    input(golden, "start_noise"),
                    input(golden, "noise"));
            out.expect("x_start", texts.xStart());
            out.expect("x_t", texts.xt());
            Prediction prediction =
                    PREDICTIONS.get(config.get("model_mean_type").asText());
            VectorPrediction vectors = new VectorPrediction(network, process, prediction);
            TextLoss loss = new TextLoss(network, process, vectors, timeScale(config), ObjectiveSettings.simple());
            Tensor output = loss.output(texts.xt(), times, Condition.NONE);
            boolean bound = config.get("loss_type").asText().equals("E2E_KL");
            Tensor each = bound
                    ? bound(golden, network, process, prediction, texts, times, output, out)
                    : squaredErrors(golden, vectors, texts, times, output, out);
            out.expect("loss", each);
            each.mean().backward();
            gradients(golden, network, out);
        }
    }

    private static Tensor squaredErrors(
            GoldenCase golden,
            VectorPrediction vectors,
            NoisyTexts texts,
            double[] times,
            Tensor output,
            Comparison out) {
        golden.needsNo("config.model_var_type"); // of no use to this loss
        VectorPrediction.Terms terms = vectors.terms(texts, output, times);
        out.expect("mse", terms.squaredError());
        out.expect("decoder_nll", terms.rounding());
        out.expect("tT_loss", terms.prior());
        return terms.sum();
    }

    /** The reference's loss is T times the sum of all three, though only the first is of one timestep. */
    private static Tensor bound(
            GoldenCase golden,
            TextTransformer network,
            DiscreteProcess process,
            Prediction prediction,
            NoisyTexts texts,
            double[] times,
            Tensor output,
            Comparison out) {
        boolean learned = golden.config().get("model_var_type").asText().equals("LEARNED_RANGE");
        long channels = texts.xt().size(2);
        Denoised found = prediction.interpret(output.narrow(2, 0, channels), texts.xt(), texts.level());
        Denoised believed = learned
                ? new Denoised(found.x0(), found.eps(), LearnedVariance.RANGE.of(output.narrow(2, channels, channels)))
                : found;
        ReverseVariance variance = learned ? ReverseVariance.LEARNED : ReverseVariance.FIXED_LARGE;
        PublishedTextBound terms = PublishedTextBound.of(
                network, process, texts, times, believed.x0(), variance.log(believed, PublishedTextBound.step(texts)));
        out.expect("pred_xstart", believed.x0());
        out.expect("kl", terms.kl());
        out.expect("decoder_nll", terms.rounding());
        out.expect("kl_T", terms.prior());
        return terms.kl().add(terms.rounding()).add(terms.prior()).mul(new Scalar((double)
                process.table().steps()));
    }

    private static void sourceAndTarget(GoldenCase golden, Comparison out) {
        DiscreteProcess process = process(golden.config());
        try (TextTransformer network = PublishedTextTransformer.of(golden, "/config/model")) {
            network.parameters().enableGradients();
            double[] times = golden.input("t").values();
            Tensor target = input(golden, "input_mask");
            NoisyTexts texts = NoisyTexts.of(
                    process,
                    tokens(golden, "input_ids"),
                    network.embed(tokens(golden, "input_ids")),
                    target.eq(new Scalar(0)).unsqueeze(2),
                    times,
                    input(golden, "start_noise"),
                    input(golden, "noise"));
            out.expect("x_t", texts.xt());
            VectorPrediction vectors = new VectorPrediction(network, process, Prediction.X0);
            TextLoss loss =
                    new TextLoss(network, process, vectors, timeScale(golden.config()), ObjectiveSettings.simple());
            Tensor x0 = loss.output(texts.xt(), times, Condition.NONE);
            VectorPrediction.Terms terms = vectors.terms(texts, x0, times);
            out.expect("mse", terms.squaredError());
            Tensor surprise = NoisyTexts.surprise(network, x0, texts.tokens());
            out.expect("nll", surprise.mul(target).sum(1).div(target.sum(1)));
            Tensor each = terms.sum();
            out.expect("loss", each);
            each.mean().backward();
            gradients(golden, network, out);
        }
    }

    private static void rounding(GoldenCase golden, Comparison out) {
        golden.needsNo("config.vocab_size", "config.dim"); // as the embedding
        Rounding rounding = new Rounding(input(golden, "embedding"));
        Tensor x = input(golden, "x");
        out.expect("rounded", rounding.rounded(x));
        out.expectExactly("tokens", Comparison.values(rounding.nearest(x)));
        out.expect("squared_distance", rounding.squaredDistances(x).amin(new long[] {-1}, false));
        out.expect(
                "compute_logp",
                rounding.surprise(
                        x,
                        tokens(golden, "input_ids"),
                        golden.config().get("sigma").asDouble()));
    }

    private static void tables(GoldenCase golden, Comparison out) {
        int steps = golden.config().get("diffusion_steps").asInt();
        DiscreteSchedule table = new BetaSchedule(BetaCurve.DIFFUSION_LM, 1e-4, 0.02, steps).table();
        int[] indices = IntStream.range(0, golden.input("indices").values().length)
                .map(i -> (int) golden.input("indices").values()[i])
                .toArray();
        out.expect("betas", IntStream.of(indices).mapToDouble(table::beta).toArray());
        out.expect(
                "alpha_bar", IntStream.of(indices).mapToDouble(table::alphaBar).toArray());
        DiscreteProcess process = new DiscreteProcess(table);
        out.expect("std0", process.sigma(0));
        out.expect("sqrt_alpha_bar_last", process.alpha(steps - 1));
    }

    private static void loop(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        golden.needsNo(
                "config.model.logits_mode", // 1 in all
                "config.clip_denoised", // of pixels
                "config.top_p", // the recorded noise is the result
                "config.model_mean_type", // x0 in all
                "config.model_var_type"); // fixed large in all
        DiscreteProcess process = process(config);
        int total = process.table().steps();
        String respacing = config.get("timestep_respacing").asText();
        TimeGrid grid = respacing.isEmpty() ? TimeGrid.full(total) : Respacing.grid(respacing, total);
        out.expectExactly(
                "timestep_map",
                IntStream.range(0, grid.steps())
                        .mapToDouble(i -> grid.time(grid.steps() - 1 - i))
                        .toArray());
        Sampler sampler = golden.symbol().equals(DDIM_LOOP)
                ? new Ddim(config.get("eta").asDouble())
                : new Ddpm(ReverseVariance.FIXED_LARGE);
        golden.needsNo("config.eta");
        try (TextTransformer network = PublishedTextTransformer.of(golden, "/config/model");
                TextDenoiser denoiser = new TextDenoiser(
                        network,
                        process,
                        new VectorPrediction(network, process, Prediction.X0),
                        timeScale(config),
                        config.get("clamp").asBoolean(),
                        false,
                        null)) {
            Tensor recorded = input(golden, "step_noise");
            NoiseStream noise = (address, like) -> recorded.select(0, address - 1);
            List<Tensor> seen = new ArrayList<>();
            List<Tensor> samples = new ArrayList<>();
            Tensor last = sampler.sample(denoiser, grid, input(golden, "start"), noise, step -> {
                seen.add(kept(step.x0()));
                samples.add(kept(step.x()));
            });
            out.expect("step_pred_xstart", torch.stack(new TensorVector(seen.toArray(Tensor[]::new)), 0));
            out.expect("step_samples", torch.stack(new TensorVector(samples.toArray(Tensor[]::new)), 0));
            out.expectExactly("tokens", Comparison.values(network.logits(last).argmax(new LongOptional(-1), false)));
            seen.forEach(Tensor::close);
            samples.forEach(Tensor::close);
            last.close();
        }
    }

    /** A copy that outlives the step. */
    private static Tensor kept(Tensor lent) {
        Tensor copy = lent.clone();
        copy.retainReference();
        return copy;
    }
}
