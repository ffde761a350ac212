package org.diffusion4j.nn.vae;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.FormulaWeights;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;

/** Diffusers' {@code AutoencoderKL}: outputs and gradients, alone and from a folder, and the names of a published one. */
public final class AutoencoderKLCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("AutoencoderKL")
                || golden.symbol().equals("AutoencoderKL.encode, DiagonalGaussianDistribution");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        switch (golden.kind()) {
            case "networks" -> network(golden, out);
            case "pipelines" -> ofFolder(golden, out);
            default -> names(golden, out);
        }
    }

    private static void network(GoldenCase golden, Comparison out) {
        AutoencoderKLConfig config = AutoencoderKLConfig.fromMap(golden.configMap(), golden.toString());
        assertThat(Json.line(config.toMap()))
                .isEqualTo(
                        Json.line(new TreeMap<>(Json.parseObject(golden.config().toString(), "config"))));
        try (AutoencoderKL vae = new AutoencoderKL(config, 0, ScalarType.Float)) {
            vae.parameters().load(weights(golden), golden.toString());
            vae.parameters().enableGradients();
            Tensor image = Comparison.tensor(golden.input("image"), ScalarType.Float);
            image.requires_grad_(true);
            Tensor latent = Comparison.tensor(golden.input("latent"), ScalarType.Float);
            DiagonalGaussian posterior = vae.encode(image);
            posterior(posterior, golden, out);
            out.expect("mode", posterior.mean());
            out.expect("sample", posterior.sample(Comparison.tensor(golden.input("noise"), ScalarType.Float)));
            out.expect("nll", posterior.nll(latent));
            out.expect("decoded", vae.decode(latent));
            Tensor reconstruction = vae.decode(posterior.mean());
            out.expect("reconstruction", reconstruction);
            Tensor loss = reconstruction
                    .mul(Comparison.tensor(golden.input("loss_weight"), ScalarType.Float))
                    .sum();
            loss.backward();
            out.expect("loss", loss.item_double());
            out.expectGradient("grad_input.image", image.grad(), 10);
            for (String name : golden.expectedNames()) {
                if (name.startsWith("grad_weight.")) {
                    Parameter parameter = vae.parameters().get(name.substring("grad_weight.".length()));
                    out.expectGradient(name, parameter.value().grad(), 10);
                }
            }
        }
    }

    private static void ofFolder(GoldenCase golden, Comparison out) {
        String folder = "folders/" + golden.config().get("folder").asText() + "/vae/";
        AutoencoderKLConfig config =
                AutoencoderKLConfig.fromMap(Json.readObject(GoldenCases.find(folder + "config.json")), folder);
        assertThat(config.scalingFactor())
                .isEqualTo(golden.config().get("scaling_factor").asDouble());
        try (AutoencoderKL vae = new AutoencoderKL(config, 0, ScalarType.Double);
                NamedTensors weights =
                        NamedTensors.open(GoldenCases.find(folder + "diffusion_pytorch_model.safetensors"))) {
            vae.parameters().load(weights.tensors(), folder);
            DiagonalGaussian posterior = vae.encode(Comparison.tensor(golden.input("image"), ScalarType.Double));
            posterior(posterior, golden, out);
            Tensor noise = Comparison.tensor(golden.input("noise"), ScalarType.Double);
            Tensor sample = posterior.sample(noise);
            out.expect("nll", posterior.nll(noise)); // not of the sample, as the notes have it
            Tensor scaled = vae.scaled(sample);
            out.expect("mode_scaled", vae.scaled(posterior.mean()));
            out.expect("sample_scaled", scaled);
            out.expect("decoded_mode", vae.decode(posterior.mean()));
            out.expect("decoded_sample", vae.decode(vae.unscaled(scaled)));
        }
    }

    private static void posterior(DiagonalGaussian posterior, GoldenCase golden, Comparison out) {
        out.expect("mean", posterior.mean());
        out.expect("logvar", posterior.logVariance());
        out.expect("std", posterior.std());
        out.expect("kl", posterior.kl());
    }

    private static void names(GoldenCase golden, Comparison out) {
        Map<String, String> names = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : golden.json().get("names").properties()) {
            names.put(entry.getKey(), entry.getValue().toString().replace(",", ", "));
        }
        AutoencoderKLConfig config = AutoencoderKLConfig.fromMap(golden.configMap(), golden.toString());
        Map<String, String> shapes = new LinkedHashMap<>();
        try (AutoencoderKL vae = AutoencoderKL.withoutValues(config)) {
            Parameters parameters = vae.parameters();
            for (Parameter parameter : parameters.all()) {
                shapes.put(parameter.name(), Arrays.toString(parameter.shape()));
            }
            assertThat(shapes).isEqualTo(names);
            double[] count = {golden.json().get("parameters").asDouble()};
            out.close("parameters", new double[] {parameters.count()}, count, 0, 0);
        }
    }

    /** The weights of a case under its own names, in float32. */
    static Map<String, Tensor> weights(GoldenCase golden) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        FormulaWeights.of(golden)
                .forEach((name, array) -> weights.put(name, Comparison.tensor(array, ScalarType.Float)));
        return weights;
    }
}
