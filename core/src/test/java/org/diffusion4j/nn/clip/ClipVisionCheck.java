package org.diffusion4j.nn.clip;

import com.fasterxml.jackson.databind.JsonNode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** CLIP's vision tower against transformers. */
public final class ClipVisionCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("CLIPVisionModelWithProjection");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        golden.needsNo("config.layer_norm_eps"); // the same in all
        JsonNode config = golden.config();
        ClipVisionConfig vision = config(
                config,
                config.get("num_channels").asInt(),
                config.get("projection_dim").asInt());
        try (ClipVisionTower tower = new ClipVisionTower(vision, 0, ScalarType.Double)) {
            tower.parameters().load(ClipTextCheck.weights(golden), golden.toString());
            Tensor pictures = Comparison.tensor(golden.input("pixel_values"), ScalarType.Double);
            TensorVector states = new TensorVector();
            for (int skipped = vision.layers(); skipped >= 0; skipped--) {
                states.push_back(tower.hidden(pictures, skipped));
            }
            out.expect("hidden_states", torch.stack(states));
            Tensor last = tower.hidden(pictures, 0);
            out.expect("last_hidden_state", last);
            out.expect("pooler_output", tower.pooled(last));
            out.expect("image_embeds", tower.projected(tower.pooled(last)));
        }
    }

    static ClipVisionConfig config(JsonNode config, int channels, int projection) {
        return new ClipVisionConfig(
                config.get("image_size").asInt(),
                config.get("patch_size").asInt(),
                channels,
                config.get("num_hidden_layers").asInt(),
                width(config, projection));
    }

    static ClipTextConfig.Width width(JsonNode config, int projection) {
        return new ClipTextConfig.Width(
                config.get("hidden_size").asInt(),
                config.get("intermediate_size").asInt(),
                config.get("num_attention_heads").asInt(),
                projection,
                ClipTextCheck.activation(config.get("hidden_act")));
    }
}
