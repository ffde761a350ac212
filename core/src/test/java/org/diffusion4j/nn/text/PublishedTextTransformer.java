package org.diffusion4j.nn.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;

/** Diffusion-LM's network as recorded cases have it, in float64. */
public final class PublishedTextTransformer {

    private PublishedTextTransformer() {}

    /** With the recorded weights. */
    public static TextTransformer of(GoldenCase golden, String config) {
        JsonNode model = golden.json().at(config);
        JsonNode bert = model.get("bert");
        String path = config.substring(1).replace('/', '.');
        golden.needsNo(
                path + ".training_mode",
                path + ".experiment_mode",
                path + ".bert.hidden_act", // gelu in all
                path + ".bert.layer_norm_eps", // 1e-12 in all
                path + ".bert.dropout");
        TextTransformer network = new TextTransformer(
                model.get("vocab_size").asInt(),
                bert.get("max_position_embeddings").asInt(),
                new TextTransformerConfig(
                        model.get("in_channels").asInt(),
                        bert.get("hidden_size").asInt(),
                        bert.get("num_hidden_layers").asInt(),
                        bert.get("num_attention_heads").asInt(),
                        bert.get("intermediate_size").asInt(),
                        model.get("model_channels").asInt(),
                        0,
                        false,
                        false,
                        false,
                        0),
                model.get("out_channels").asInt(),
                0,
                ScalarType.Double);
        Map<String, Tensor> weights = new HashMap<>();
        golden.tensors().forEach((name, array) -> {
            if (name.startsWith("weights.")) {
                weights.put(name.substring("weights.".length()), Comparison.tensor(array, ScalarType.Double));
            }
        });
        network.parameters().load(weights, golden.toString());
        return network;
    }

    /** What the network adds to every position for the time. */
    public static Tensor timeEmbedding(TextTransformer network, Tensor timesteps) {
        return network.timeEmbedding(timesteps, ScalarType.Double);
    }
}
