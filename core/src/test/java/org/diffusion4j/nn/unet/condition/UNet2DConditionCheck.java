package org.diffusion4j.nn.unet.condition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.FormulaWeights;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCase.Array;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Parameters.Parameter;

/** Diffusers' {@code UNet2DConditionModel}: outputs and gradients, alone and from a folder, and the names of published ones. */
public final class UNet2DConditionCheck implements GoldenCheck {

    private static final Map<String, String> CONDITIONS = Map.of(
            "encoder_hidden_states", UNet2DCondition.TEXT,
            "encoder_attention_mask", UNet2DCondition.TEXT_MASK,
            "class_labels", Condition.CLASSES,
            "text_embeds", UNet2DCondition.POOLED_TEXT,
            "time_ids", UNet2DCondition.SIZES,
            "timestep_cond", UNet2DCondition.GUIDANCE);

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().startsWith("UNet2DConditionModel");
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
        UNet2DConditionConfig config = UNet2DConditionConfig.fromMap(golden.configMap(), golden.toString());
        golden.needsNo("config.addition_embed_type_num_heads", "config.mid_block_only_cross_attention");
        assertThat(config.toMap().keySet()).isEqualTo(golden.configMap().keySet());
        assertThat(UNet2DConditionConfig.fromMap(config.toMap(), "written")).isEqualTo(config);
        try (UNet2DCondition network = new UNet2DCondition(config, 0)) {
            network.parameters().load(weights(golden), golden.toString());
            network.parameters().enableGradients();
            Tensor x = Comparison.tensor(golden.input("sample"), ScalarType.Float);
            x.requires_grad_(true);
            Condition condition = condition(golden);
            Tensor text = condition.get(UNet2DCondition.TEXT).requires_grad_(true);
            Tensor y = network.forward(x, Comparison.tensor(golden.input("timestep"), ScalarType.Float), condition);
            out.expect("sample", y);
            if (golden.expects("loss")) {
                Tensor loss = y.mul(Comparison.tensor(golden.input("loss_weight"), ScalarType.Float))
                        .sum();
                loss.backward();
                out.expect("loss", loss.item_double());
                out.expectGradient("grad_input.sample", x.grad(), 10);
                out.expectGradient("grad_input.encoder_hidden_states", text.grad(), 10);
                for (String name : golden.expectedNames()) {
                    if (name.startsWith("grad_weight.")) {
                        Parameter parameter = network.parameters().get(name.substring("grad_weight.".length()));
                        out.expectGradient(name, parameter.value().grad(), 10);
                    }
                }
            }
        }
    }

    private static void ofFolder(GoldenCase golden, Comparison out) {
        String folder = "folders/" + golden.config().get("folder").asText() + "/unet/";
        Map<String, Object> file = Json.readObject(GoldenCases.find(folder + "config.json"));
        golden.configMap().forEach((key, value) -> {
            if (!key.equals("folder")) {
                assertThat(file.get(key))
                        .as(key)
                        .hasToString(String.valueOf(golden.configMap().get(key)));
            }
        });
        UNet2DConditionConfig config = UNet2DConditionConfig.fromMap(file, folder);
        try (UNet2DCondition network = new UNet2DCondition(config, 0, ScalarType.Double);
                NamedTensors weights =
                        NamedTensors.open(GoldenCases.find(folder + "diffusion_pytorch_model.safetensors"))) {
            network.parameters().load(weights.tensors(), folder);
            Tensor timesteps = Comparison.tensor(golden.input("timesteps"), ScalarType.Double);
            Condition condition = condition(golden).each(tensor -> tensor.to(ScalarType.Double));
            Tensor text = condition.get(UNet2DCondition.POOLED_TEXT);
            Tensor sizes = condition.get(UNet2DCondition.SIZES);
            AddedEmbedding added = network.added();
            out.expect("time_ids_sinusoid", added.sines(sizes, ScalarType.Double));
            out.expect("add_embedding_input", added.features(text, sizes, ScalarType.Double));
            Tensor addition = added.of(text, sizes, ScalarType.Double);
            out.expect("add_embedding", addition);
            out.expect("time_embedding", network.time(timesteps, condition).sub(addition));
            Tensor x = Comparison.tensor(golden.input("sample"), ScalarType.Double);
            out.expect("output", network.forward(x, timesteps, condition));
        }
    }

    private static void names(GoldenCase golden, Comparison out) {
        UNet2DConditionConfig config = UNet2DConditionConfig.fromMap(golden.configMap(), golden.toString());
        Map<String, String> names = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : golden.json().get("names").properties()) {
            names.put(entry.getKey(), entry.getValue().toString().replace(",", ", "));
        }
        assertThat(shapes(config)).isEqualTo(names);
        out.close(
                "parameters",
                new double[] {count(config)},
                new double[] {golden.json().get("parameters").asDouble()},
                0,
                0);
    }

    /** The shape of each parameter by its name, as text, of a network that has no values. */
    static Map<String, String> shapes(UNet2DConditionConfig config) {
        Map<String, String> shapes = new LinkedHashMap<>();
        try (UNet2DCondition network = UNet2DCondition.withoutValues(config)) {
            for (Parameter parameter : network.parameters().all()) {
                shapes.put(parameter.name(), java.util.Arrays.toString(parameter.shape()));
            }
        }
        return shapes;
    }

    private static long count(UNet2DConditionConfig config) {
        try (UNet2DCondition network = UNet2DCondition.withoutValues(config)) {
            return network.parameters().count();
        }
    }

    private static Condition condition(GoldenCase golden) {
        Condition condition = Condition.NONE;
        for (Map.Entry<String, String> entry : CONDITIONS.entrySet()) {
            if (golden.hasInput(entry.getKey())) {
                boolean row = entry.getKey().equals("class_labels")
                        && golden.config().path("class_embed_type").isNull();
                Array array = golden.input(entry.getKey());
                condition = condition.with(
                        entry.getValue(), Comparison.tensor(array, row ? ScalarType.Long : ScalarType.Float));
            }
        }
        return condition;
    }

    private static Map<String, Tensor> weights(GoldenCase golden) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        FormulaWeights.of(golden)
                .forEach((name, array) -> weights.put(name, Comparison.tensor(array, ScalarType.Float)));
        return weights;
    }
}
