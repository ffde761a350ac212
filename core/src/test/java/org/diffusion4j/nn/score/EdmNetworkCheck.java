package org.diffusion4j.nn.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Preconditioned;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.RetimedProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.schedule.BetaSchedule;

/** Outputs and gradients of EDM's {@code SongUNet} and {@code DhariwalUNet}, alone and under its four preconditionings, these in float64. */
public final class EdmNetworkCheck implements GoldenCheck {

    private static final DiffusionProcess SIGMA = new VarianceExploding();
    private static final int STEPS = 1000;

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("networks") && golden.symbol().startsWith("training.networks.");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        boolean alone = !golden.symbol().contains(" over ");
        ScalarType dtype = alone ? ScalarType.Float : ScalarType.Double; // large sigmas multiply rounding errors
        NetworkReplay replay = new NetworkReplay(golden, out, dtype);
        ScoreUNetConfig config = alone ? config(golden.configMap(), golden) : preconditioned(golden);
        try (ScoreUNet network = new ScoreUNet(config, 0, dtype)) {
            network.parameters().load(new EdmNames(config).ours(replay.weights("model.")), golden.toString());
            if (alone) {
                replay.run(network, "noise_labels", condition(replay), name -> name);
            } else {
                denoise(golden, out, replay, network);
            }
        }
    }

    private static ScoreUNetConfig config(Map<String, Object> arguments, GoldenCase golden) {
        return golden.symbol().endsWith("SongUNet")
                ? EdmNames.song(arguments, golden.toString())
                : EdmNames.dhariwal(arguments, golden.toString());
    }

    /** A preconditioner hands size, channels and classes to its network; iDDPM's asks for twice the channels. */
    @SuppressWarnings("unchecked")
    private static ScoreUNetConfig preconditioned(GoldenCase golden) {
        Map<String, Object> all = golden.configMap();
        assertThat(golden.symbol()).endsWith(String.valueOf(all.get("model_type")));
        Map<String, Object> model = new HashMap<>((Map<String, Object>) all.get("model"));
        int channels = (Integer) all.get("img_channels");
        model.put("img_resolution", all.get("img_resolution"));
        model.put("in_channels", channels);
        model.put("out_channels", golden.symbol().contains("iDDPM") ? 2 * channels : channels);
        model.put("label_dim", all.get("label_dim"));
        return config(model, golden);
    }

    private static Condition condition(NetworkReplay replay) {
        Condition condition = Condition.NONE;
        if (replay.golden().hasInput("class_labels")) {
            condition = Condition.ofClasses(replay.input("class_labels").argmax(new LongOptional(1), false));
        }
        return replay.golden().hasInput("augment_labels")
                ? condition.with(ScoreUNet.AUGMENTATION, replay.input("augment_labels"))
                : condition;
    }

    private static void denoise(GoldenCase golden, Comparison out, NetworkReplay replay, Network network) {
        Tensor x = replay.input("x");
        Condition condition = condition(replay);
        double[] sigmas = golden.input("sigma").values();
        List<Tensor> rows = new ArrayList<>();
        for (int i = 0; i < sigmas.length; i++) {
            Denoiser model = denoiser(golden, network, condition.slice(i, 1));
            rows.add(model.at(x.narrow(0, i, 1), sigmas[i]).x0());
        }
        out.expect("output", torch.cat(new TensorVector(rows.toArray(Tensor[]::new)), 0));
        limits(golden, out);
    }

    private static Denoiser denoiser(GoldenCase golden, Network network, Condition condition) {
        String preconditioning = golden.symbol()
                .substring("training.networks.".length(), golden.symbol().indexOf(" "));
        return switch (preconditioning) {
            case "EDMPrecond" ->
                new NetworkDenoiser(
                        network,
                        new RetimedProcess(SIGMA, sigma -> Math.log(sigma) / 4),
                        new OutputMeaning(
                                new Preconditioned(
                                        golden.config().path("sigma_data").asDouble(0.5)),
                                null),
                        condition);
            case "VPPrecond" ->
                new NetworkDenoiser(
                                network,
                                new RetimedProcess(new VariancePreserving(), t -> (STEPS - 1) * t),
                                new OutputMeaning(Prediction.EPS, null),
                                condition)
                        .in(SIGMA);
            case "VEPrecond" -> // the network says −eps
                new NetworkDenoiser(
                        new Negated(network),
                        new RetimedProcess(SIGMA, sigma -> Math.log(sigma / 2)),
                        new OutputMeaning(Prediction.EPS, null),
                        condition);
            case "iDDPMPrecond" -> // the number is rounded, not the level
                new NetworkDenoiser(
                                new FirstHalf(network),
                                new RetimedProcess(cosine(), Math::rint),
                                new OutputMeaning(Prediction.EPS, null),
                                condition)
                        .in(SIGMA);
            default -> throw new IllegalArgumentException(preconditioning);
        };
    }

    private static DiscreteProcess cosine() {
        return new DiscreteProcess(BetaSchedule.cosine(STEPS, 0.008).table());
    }

    private static void limits(GoldenCase golden, Comparison out) {
        if (golden.symbol().contains("iDDPM")) {
            DiscreteProcess cosine = cosine();
            out.expect("sigma_min", cosine.noiseToSignal(0));
            out.expect("sigma_max", cosine.noiseToSignal(STEPS - 1));
        } else if (golden.symbol().contains("VPPrecond")) {
            out.expect("sigma_max", new VariancePreserving().noiseToSignal(1));
        } else if (golden.symbol().contains("EDMPrecond")) {
            golden.needsNo("config.sigma_min", "config.sigma_max"); // of samplers
        }
    }

    private record Negated(Network network) implements Forwarding {

        @Override
        public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
            return network.forward(x, timesteps, condition).neg();
        }
    }

    private record FirstHalf(Network network) implements Forwarding {

        @Override
        public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
            return network.forward(x, timesteps, condition).narrow(1, 0, x.size(1));
        }
    }

    /** Another network but for its answer. */
    private interface Forwarding extends Network {

        Network network();

        @Override
        default void train(long seed) {
            network().train(seed);
        }

        @Override
        default void eval() {
            network().eval();
        }

        @Override
        default Parameters parameters() {
            return network().parameters();
        }

        @Override
        default void close() {
            network().close();
        }
    }
}
