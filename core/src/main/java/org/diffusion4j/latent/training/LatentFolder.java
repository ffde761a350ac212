package org.diffusion4j.latent.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.latent.Preview;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.jspecify.annotations.Nullable;

/**
 * A model of all parts as the folder that diffusers would have written of a {@code StableDiffusionPipeline}, and beside it the recipe.
 *
 * @param network in training; borrowed
 * @param autoencoder with the measured scale; borrowed
 * @param text borrowed
 * @param preview of the autoencoder's latents
 */
record LatentFolder(
        LatentRecipe recipe, UNet2DCondition network, AutoencoderKL autoencoder, FrozenText text, Preview preview) {

    private static final String DIFFUSERS = "0.40.0"; // whose layout is written
    private static final String OF_DIFFUSERS = "diffusers";
    private static final String OF_TRANSFORMERS = "transformers";
    private static final String CLASS = "_class_name";
    private static final String VERSION = "_diffusers_version";
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    /** Writes the folder with an average of the U-Net's weights, whole or not at all; one that exists is replaced. */
    void write(Path folder, Tensor average) {
        SchedulerConfig scheduler = recipe.scheduler();
        AtomicFolder.replace(folder, inside -> {
            Json.write(inside.resolve("model_index.json"), index(scheduler));
            part(
                    inside.resolve("unet"),
                    config("UNet2DConditionModel", network.config().toMap()));
            weights(inside.resolve("unet").resolve(WEIGHTS), network.parameters(), average);
            part(
                    inside.resolve("vae"),
                    config("AutoencoderKL", autoencoder.config().toMap()));
            weights(inside.resolve("vae").resolve(WEIGHTS), autoencoder.parameters(), null);
            Map<String, @Nullable Object> ofText = text.config();
            ofText.put("torch_dtype", dtypeName());
            part(inside.resolve("text_encoder"), ofText);
            weights(
                    inside.resolve("text_encoder").resolve("model.safetensors"),
                    text.tower().parameters(),
                    null);
            text.copyTokenizer(inside.resolve("tokenizer"));
            Files.createDirectories(inside.resolve("scheduler"));
            Json.write(
                    inside.resolve("scheduler").resolve("scheduler_config.json"),
                    config(scheduler.className(), scheduler.toMap()));
            Map<String, Object> extras = new TreeMap<>(preview.toMap());
            extras.put("training", Map.of("recipe", recipe.withoutPlaces()));
            Json.write(inside.resolve("diffusion4j.json"), extras);
        });
    }

    private static void part(Path folder, Map<String, @Nullable Object> config) throws IOException {
        Files.createDirectories(folder);
        Json.write(folder.resolve(CONFIG), config);
    }

    private static Map<String, @Nullable Object> config(String type, Map<String, @Nullable Object> keys) {
        Map<String, @Nullable Object> config = new TreeMap<>(keys);
        config.put(CLASS, type);
        config.put(VERSION, DIFFUSERS);
        return config;
    }

    private static Map<String, @Nullable Object> index(SchedulerConfig scheduler) {
        List<@Nullable String> none = Arrays.asList(null, null);
        Map<String, @Nullable Object> index = new TreeMap<>();
        index.put(CLASS, "StableDiffusionPipeline");
        index.put(VERSION, DIFFUSERS);
        index.put("feature_extractor", none);
        index.put("image_encoder", none);
        index.put("requires_safety_checker", false);
        index.put("safety_checker", none);
        index.put("scheduler", List.of(OF_DIFFUSERS, scheduler.className()));
        index.put("text_encoder", List.of(OF_TRANSFORMERS, "CLIPTextModel"));
        index.put("tokenizer", List.of(OF_TRANSFORMERS, "CLIPTokenizer"));
        index.put("unet", List.of(OF_DIFFUSERS, "UNet2DConditionModel"));
        index.put("vae", List.of(OF_DIFFUSERS, "AutoencoderKL"));
        return index;
    }

    private String dtypeName() {
        return switch (recipe.storage()) {
            case FLOAT32, AUTO -> "float32";
            case BFLOAT16 -> "bfloat16";
            case FLOAT16 -> "float16";
        };
    }

    /** Writes weights in the recipe's precision. */
    private void weights(Path file, Parameters parameters, @Nullable Tensor other) {
        try (CloseGuard.Use use = parameters.use();
                PointerScope scope = new PointerScope()) {
            Safetensors.write(
                    file,
                    parameters.viewsOf(other == null ? parameters.values() : other),
                    recipe.storage().dtype(),
                    Map.of("format", "pt"));
        }
    }
}
