package org.diffusion4j.latent.clip;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.clip.ClipPictures;
import org.diffusion4j.data.clip.LearnedVocabulary;
import org.diffusion4j.data.clip.SpecialTokens;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.io.AtomicFile;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.nn.clip.ClipModel;
import org.jspecify.annotations.Nullable;

/** A CLIP that was trained here as the folder that transformers would have written. */
record ClipFolder(ClipRecipe recipe, LearnedVocabulary vocabulary) {

    private static final String MERGES_HEAD = "#version: 0.2";

    /** Writes the folder with an average of the weights, whole or not at all; one that exists is replaced. */
    void write(Path folder, ClipModel model, Tensor average) {
        AtomicFolder.replace(folder, inside -> {
            Json.write(inside.resolve("config.json"), config());
            Json.write(inside.resolve("preprocessor_config.json"), preprocessing());
            Json.write(inside.resolve("vocab.json"), vocabulary.vocabulary());
            AtomicFile.write(
                    inside.resolve("merges.txt"), MERGES_HEAD + "\n" + String.join("\n", vocabulary.merges()) + "\n");
            Json.write(inside.resolve("tokenizer_config.json"), tokenizer());
            try (CloseGuard.Use use = model.parameters().use();
                    PointerScope scope = new PointerScope()) {
                Safetensors.write(
                        inside.resolve("model.safetensors"),
                        model.parameters().viewsOf(average),
                        Map.of("format", "pt"));
            }
        });
    }

    private Map<String, @Nullable Object> config() {
        ClipRecipe.Text text = recipe.text();
        ClipRecipe.Vision vision = recipe.vision();
        Map<String, @Nullable Object> ofText = layers(text.tower());
        ofText.put("vocab_size", vocabulary.vocabulary().size());
        ofText.put("max_position_embeddings", text.length());
        ofText.put("bos_token_id", vocabulary.vocabulary().get(SpecialTokens.PUBLISHED.start()));
        ofText.put("eos_token_id", vocabulary.vocabulary().get(SpecialTokens.PUBLISHED.end()));
        Map<String, @Nullable Object> ofVision = layers(vision.tower());
        ofVision.put("image_size", vision.size());
        ofVision.put("patch_size", vision.patch());
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("CLIPModel"));
        config.put("model_type", "clip");
        config.put("projection_dim", recipe.projection());
        config.put("text_config", ofText);
        config.put("vision_config", ofVision);
        return config;
    }

    private Map<String, @Nullable Object> layers(ClipRecipe.Tower tower) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("hidden_act", "quick_gelu");
        config.put("hidden_size", tower.hidden());
        config.put("intermediate_size", tower.inner());
        config.put("num_attention_heads", tower.heads());
        config.put("num_hidden_layers", tower.layers());
        config.put("projection_dim", recipe.projection());
        return config;
    }

    private Map<String, @Nullable Object> preprocessing() {
        ClipPictures pictures = ClipPictures.ofSize(recipe.vision().size());
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("crop_size", Map.of("height", pictures.crop(), "width", pictures.crop()));
        config.put("do_center_crop", true);
        config.put("do_normalize", true);
        config.put("do_rescale", true);
        config.put("do_resize", true);
        config.put("image_mean", pictures.mean());
        config.put("image_processor_type", "CLIPImageProcessor");
        config.put("image_std", pictures.std());
        config.put("resample", 3);
        config.put("size", Map.of("shortest_edge", pictures.edge()));
        return config;
    }

    private Map<String, @Nullable Object> tokenizer() {
        SpecialTokens tokens = SpecialTokens.PUBLISHED;
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("bos_token", tokens.start());
        config.put("eos_token", tokens.end());
        config.put("model_max_length", recipe.text().length());
        config.put("pad_token", tokens.padding());
        config.put("tokenizer_class", "CLIPTokenizer");
        config.put("unk_token", tokens.unknown());
        return config;
    }
}
