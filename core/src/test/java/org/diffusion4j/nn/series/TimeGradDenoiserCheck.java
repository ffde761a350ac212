package org.diffusion4j.nn.series;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Clipped;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.TimeGrid;

/** pytorch-ts' {@code EpsilonTheta} and {@code GaussianDiffusion}. */
public final class TimeGradDenoiserCheck implements GoldenCheck {

    private static final String EPSILON = "pts.model.time_grad.epsilon_theta.EpsilonTheta";
    private static final String DIFFUSION = "pts.modules.gaussian_diffusion.GaussianDiffusion";
    private static final Map<String, BetaCurve> CURVES = Map.of(
            "linear", BetaCurve.LINEAR,
            "quad", BetaCurve.SCALED_LINEAR,
            "sigmoid", BetaCurve.SIGMOID,
            "cosine", BetaCurve.COSINE);

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals(EPSILON) || golden.symbol().equals(DIFFUSION);
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        if (golden.symbol().equals(EPSILON)) {
            epsilon(golden, out);
        } else {
            diffusion(golden, out);
        }
    }

    private static OnlyDenoiser denoiser(GoldenCase golden, JsonNode config, String place) {
        OnlyDenoiser network = new OnlyDenoiser(
                place,
                config.get("target_dim").asInt(),
                config.get("cond_length").asInt(),
                new DilatedResidualConfig(
                        config.get("residual_layers").asInt(),
                        config.get("residual_channels").asInt(),
                        config.get("dilation_cycle_length").asInt(),
                        config.get("residual_hidden").asInt(),
                        config.get("time_emb_dim").asInt()));
        network.parameters().load(weights(golden), golden.toString());
        return network;
    }

    /** The recorded weights, in float32. */
    public static Map<String, Tensor> weights(GoldenCase golden) {
        Map<String, Tensor> weights = new HashMap<>();
        golden.tensors().forEach((name, array) -> {
            if (name.startsWith("weights.")) {
                weights.put(name.substring("weights.".length()), Comparison.tensor(array, ScalarType.Float));
            }
        });
        return weights;
    }

    private static Tensor input(GoldenCase golden, String name) {
        return Comparison.tensor(golden.input(name), ScalarType.Float);
    }

    private static void epsilon(GoldenCase golden, Comparison out) {
        try (OnlyDenoiser network = denoiser(golden, golden.config(), "")) {
            network.parameters().enableGradients();
            Tensor x = input(golden, "inputs");
            Tensor context = input(golden, "cond");
            x.requires_grad_(true);
            context.requires_grad_(true);
            Tensor times = input(golden, "time");
            out.expect(
                    "embedding_rows",
                    new StepTable(golden.config().get("time_emb_dim").asInt()).of(times, ScalarType.Float));
            Tensor y = network.forward(x, times, Condition.of(TimeGradNetwork.CONTEXT, context));
            out.expect("output", y);
            if (golden.expects("loss")) {
                Tensor loss = y.mul(input(golden, "loss_weight")).sum();
                loss.backward();
                out.expect("loss", loss.item_double());
                out.expectGradient("grad_input.inputs", x.grad(), 10);
                out.expectGradient("grad_input.cond", context.grad(), 10);
                for (String name : List.of("input_projection.weight", "output_projection.bias")) {
                    out.expectGradient(
                            "grad_weight." + name,
                            network.parameters().get(name).value().grad(),
                            10);
                }
            }
        }
    }

    private static void diffusion(GoldenCase golden, Comparison out) {
        int steps = golden.config().get("diff_steps").asInt();
        BetaCurve curve = CURVES.get(golden.config().get("beta_schedule").asText());
        DiscreteProcess process = new DiscreteProcess(
                new BetaSchedule(curve, 1e-4, golden.config().get("beta_end").asDouble(), steps).table());
        golden.needsNo("config.input_size"); // as denoise_fn.target_dim
        tables(process, steps, out);
        try (OnlyDenoiser network = denoiser(golden, golden.config().get("denoise_fn"), "denoise_fn")) {
            Tensor noise = input(golden, "noise");
            Tensor context = input(golden, "cond");
            double[] times = golden.input("t").values();
            Tensor x0 = input(golden, "x_start");
            NoiseLevel level = NoiseLevel.at(process, times, x0);
            out.expect("q_sample", level.noised(x0, noise));
            singleSteps(golden, network, process, times, out);
            Tensor eps = network.forward(
                    level.noised(x0, noise), input(golden, "t"), Condition.of(TimeGradNetwork.CONTEXT, context));
            out.expect("p_losses", loss(golden, eps, noise));
            if (golden.expects("sample_chain")) {
                Tensor recorded = input(golden, "chain_noise");
                NoiseStream stream = (address, like) -> recorded.select(0, address);
                Tensor drawn = new Ddpm(ReverseVariance.FIXED_SMALL)
                        .sample(
                                denoiser(network, process, context), // the reference's loop never clips
                                TimeGrid.full(steps),
                                recorded.select(0, 0),
                                stream,
                                SampleListener.NONE);
                out.expect("sample_chain", drawn.mul(input(golden, "scale")));
            }
        }
    }

    private static Denoiser denoiser(OnlyDenoiser network, DiscreteProcess process, Tensor context) {
        return new NetworkDenoiser(
                network,
                process,
                new OutputMeaning(Prediction.EPS, null),
                Condition.of(TimeGradNetwork.CONTEXT, context));
    }

    private static double loss(GoldenCase golden, Tensor eps, Tensor noise) {
        return switch (golden.config().get("loss_type").asText()) {
            case "l1" -> torch.l1_loss(eps, noise).item_double();
            case "l2" -> torch.mse_loss(eps, noise).item_double();
            default -> torch.smooth_l1_loss(eps, noise).item_double();
        };
    }

    private static void tables(DiscreteProcess process, int steps, Comparison out) {
        out.expect("betas", table(steps, t -> process.table().beta(t)));
        out.expect("posterior_variance", table(steps, t -> chain(process, t).variance()));
        out.expect("posterior_mean_coef1", table(steps, t -> chain(process, t).x0Weight()));
        out.expect("posterior_mean_coef2", table(steps, t -> chain(process, t).xtWeight()));
        out.expect(
                "posterior_log_variance_clipped",
                table(steps, t -> Math.log(Math.max(chain(process, t).variance(), 1e-20))));
    }

    private static Posterior chain(DiscreteProcess process, int t) {
        return process.table().posterior(t, t - 1);
    }

    private static double[] table(int steps, IntToDoubleFunction of) {
        return IntStream.range(0, steps).mapToDouble(of).toArray();
    }

    /** Each sample of the batch has a time of its own, and our samplers one for all: they go one by one. */
    private static void singleSteps(
            GoldenCase golden, OnlyDenoiser network, DiscreteProcess process, double[] times, Comparison out) {
        Tensor xt = input(golden, "x_t");
        Tensor noise = input(golden, "noise");
        Tensor context = input(golden, "cond");
        TensorVector means = new TensorVector();
        TensorVector samples = new TensorVector();
        for (int i = 0; i < times.length; i++) {
            Tensor x = xt.narrow(0, i, 1);
            Tensor one = noise.narrow(0, i, 1);
            Tensor itsContext = context.narrow(0, i, 1);
            Denoiser plain = denoiser(network, process, itsContext);
            Denoiser denoiser = golden.config().get("clip_denoised").asBoolean() ? new Clipped(plain) : plain;
            TimeGrid step = TimeGrid.of(new double[] {times[i]}, times[i] - 1);
            means.push_back(new Ddpm(ReverseVariance.FIXED_SMALL)
                    .sample(denoiser, step, x, (address, like) -> torch.zeros_like(like), SampleListener.NONE));
            samples.push_back(new Ddpm(ReverseVariance.FIXED_SMALL)
                    .sample(denoiser, step, x, (address, like) -> one, SampleListener.NONE));
        }
        NoiseLevel level = NoiseLevel.at(process, times, xt);
        out.expect("predict_start", Prediction.EPS.interpret(noise, xt, level).x0());
        out.expect("p_mean", torch.cat(means, 0));
        out.expect(
                "p_variance",
                Arrays.stream(times)
                        .map(t -> chain(process, (int) t).variance())
                        .toArray());
        out.expect("p_sample", torch.cat(samples, 0));
    }
}
