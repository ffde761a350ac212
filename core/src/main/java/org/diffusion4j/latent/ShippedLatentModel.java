package org.diffusion4j.latent;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.diffusion4j.data.catalog.DataHome;
import org.diffusion4j.io.ShippedFiles;

/**
 * The trained models that draw from words and come with this library, in the artifact {@code diffusion4j-models}. Each is a model folder
 * like any other.
 *
 * <p>Threads: may be called by any.
 */
public enum ShippedLatentModel {

    /** Emoji of 32×32 by their names: {@code recipes/latent-emoji.json}. */
    EMOJI("emoji");

    private static final List<String> FILES = List.of(
            "model_index.json",
            "diffusion4j.json",
            "scheduler/scheduler_config.json",
            "text_encoder/config.json",
            "text_encoder/model.safetensors",
            "tokenizer/merges.txt",
            "tokenizer/tokenizer_config.json",
            "tokenizer/vocab.json",
            "unet/config.json",
            "unet/diffusion_pytorch_model.safetensors",
            "vae/config.json",
            "vae/diffusion_pytorch_model.safetensors");

    private final String text;

    ShippedLatentModel(String text) {
        this.text = text;
    }

    /** The one of a name, if there is one. */
    public static Optional<ShippedLatentModel> named(String name) {
        return Arrays.stream(values()).filter(model -> model.text.equals(name)).findFirst();
    }

    /**
     * Its folder: in {@code models} of {@link DataHome}, where it is put when it is asked for the first time, and again when it is no
     * longer what it was.
     *
     * @throws org.diffusion4j.engine.DiffusionException if its files are not on the class path, or the folder cannot be written
     */
    public Path folder() {
        return new ShippedFiles(text, FILES).folder(DataHome.folder());
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return text;
    }
}
