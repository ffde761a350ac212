package org.diffusion4j.latent.clip;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.nn.clip.ClipActivation;
import org.diffusion4j.nn.clip.ClipModel;
import org.diffusion4j.nn.clip.ClipTextConfig;
import org.diffusion4j.nn.clip.ClipVisionConfig;

/** A folder of a CLIP of a few hundred random weights. */
public final class TinyClip {

    private TinyClip() {}

    /** Writes its files. */
    public static void write(Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), """
                {"projection_dim": 6,
                 "text_config": {"vocab_size": 8, "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1,
                   "num_attention_heads": 2, "max_position_embeddings": 77, "hidden_act": "quick_gelu", "eos_token_id": 2},
                 "vision_config": {"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
                   "image_size": 8, "patch_size": 4, "hidden_act": "quick_gelu"}}
                """);
        Files.writeString(
                folder.resolve("vocab.json"),
                "{\"c\": 0, \"a\": 1, \"t</w>\": 2, \"d\": 3, \"o\": 4, \"g</w>\": 5, \"<|startoftext|>\": 6, \"<|endoftext|>\": 7}");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
        ClipTextConfig.Width width = new ClipTextConfig.Width(8, 16, 2, 6, ClipActivation.QUICK_GELU);
        try (PointerScope scope = new PointerScope();
                ClipModel model = new ClipModel(
                        new ClipTextConfig(8, 77, 1, width, ClipTextConfig.LARGEST_TOKEN),
                        new ClipVisionConfig(8, 4, 3, 1, width),
                        1,
                        ScalarType.Float)) {
            Safetensors.write(
                    folder.resolve("model.safetensors"),
                    model.parameters().viewsOf(model.parameters().values()),
                    Map.of("format", "pt"));
        }
    }
}
