package org.diffusion4j.nn.clip;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** CLIP's text tower against transformers and against OpenAI's code, whose names are mapped here. */
public final class ClipTextCheck implements GoldenCheck {

    private static final String OPENAI = "clip.model.CLIP.encode_text";

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals(OPENAI) || golden.symbol().equals("CLIPTextModelWithProjection");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        boolean openAi = golden.symbol().equals(OPENAI);
        Tensor rows = Comparison.tensor(golden.input("input_ids"), ScalarType.Long);
        try (ClipTextTower tower = new ClipTextTower(
                openAi ? openAi(golden.config()) : transformers(golden.config()), 0, ScalarType.Double)) {
            tower.parameters().load(openAi ? openAiWeights(golden) : weights(golden), golden.toString());
            int layers = tower.config().layers();
            Tensor last = tower.normalized(tower.hidden(rows, 0));
            Tensor pooled = tower.pooled(last, rows);
            out.expect("text_embeds", tower.projected(pooled));
            out.expect(openAi ? "pooled" : "pooler_output", pooled);
            if (openAi) {
                out.expect("last_hidden_state", last);
                out.expect("penultimate", tower.hidden(rows, 1));
                out.expect("embedding_output", tower.hidden(rows, layers));
                return;
            }
            if (golden.hasInput("attention_mask")) {
                golden.needsNo("inputs.attention_mask"); // masks filling only, which no position before the end sees
                return;
            }
            out.expect("last_hidden_state", last);
            TensorVector states = new TensorVector();
            for (int skipped = layers; skipped >= 0; skipped--) {
                states.push_back(tower.hidden(rows, skipped));
            }
            out.expect("hidden_states", torch.stack(states));
            for (int skipped = 1; skipped < layers; skipped++) {
                out.expect("clip_skip_" + skipped, tower.normalized(tower.hidden(rows, skipped)));
            }
        }
    }

    private static ClipTextConfig transformers(JsonNode config) {
        config.get("bos_token_id"); // of the tokenizer
        config.get("pad_token_id");
        config.get("layer_norm_eps"); // the same in all
        return new ClipTextConfig(
                config.get("vocab_size").asInt(),
                config.get("max_position_embeddings").asInt(),
                config.get("num_hidden_layers").asInt(),
                new ClipTextConfig.Width(
                        config.get("hidden_size").asInt(),
                        config.get("intermediate_size").asInt(),
                        config.get("num_attention_heads").asInt(),
                        config.get("projection_dim").asInt(),
                        activation(config.get("hidden_act"))),
                config.get("eos_token_id").asInt());
    }

    private static ClipTextConfig openAi(JsonNode config) {
        config.get("layer_norm_eps"); // the same in all
        int width = config.get("transformer_width").asInt();
        return new ClipTextConfig(
                config.get("vocab_size").asInt(),
                config.get("context_length").asInt(),
                config.get("transformer_layers").asInt(),
                new ClipTextConfig.Width(
                        width,
                        4 * width,
                        config.get("transformer_heads").asInt(),
                        config.get("embed_dim").asInt(),
                        activation(config.get("activation"))),
                ClipTextConfig.LARGEST_TOKEN);
    }

    static ClipActivation activation(JsonNode name) {
        return name.asText().equals("gelu") ? ClipActivation.GELU : ClipActivation.QUICK_GELU;
    }

    static Map<String, Tensor> weights(GoldenCase golden) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        golden.tensors().forEach((name, array) -> {
            if (name.startsWith("weights.")) {
                weights.put(name.substring("weights.".length()), Comparison.tensor(array, ScalarType.Double));
            }
        });
        return weights;
    }

    private static Map<String, Tensor> openAiWeights(GoldenCase golden) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        weights(golden).forEach((name, tensor) -> {
            String ours = "text_model."
                    + name.replace("transformer.resblocks", "encoder.layers")
                            .replace(".attn.out_proj", ".self_attn.out_proj")
                            .replace(".ln_1", ".layer_norm1")
                            .replace(".ln_2", ".layer_norm2")
                            .replace("c_fc", "fc1")
                            .replace("c_proj", "fc2")
                            .replace("ln_final", "final_layer_norm")
                            .replace("token_embedding", "embeddings.token_embedding")
                            .replace("positional_embedding", "embeddings.position_embedding.weight");
            if (name.equals("text_projection")) {
                weights.put("text_projection.weight", tensor.t());
            } else if (name.contains(".in_proj_")) {
                long width = tensor.size(0) / 3;
                for (int i = 0; i < 3; i++) {
                    weights.put(
                            ours.replace(".attn.in_proj_", ".self_attn." + "qkv".charAt(i) + "_proj."),
                            tensor.narrow(0, i * width, width));
                }
            } else {
                weights.put(ours, tensor);
            }
        });
        return weights;
    }
}
