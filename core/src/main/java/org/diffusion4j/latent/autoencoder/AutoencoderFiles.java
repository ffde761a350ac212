package org.diffusion4j.latent.autoencoder;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.jspecify.annotations.Nullable;

/** Autoencoders to their files, as diffusers' {@code vae} folders have them. */
final class AutoencoderFiles {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    private AutoencoderFiles() {}

    /** Writes the folder with an average of the weights, whole or not at all; one that exists is replaced. */
    static void write(AutoencoderKL autoencoder, Path folder, Tensor average) {
        AtomicFolder.replace(folder, inside -> {
            Map<String, @Nullable Object> config =
                    new TreeMap<>(autoencoder.config().toMap());
            config.put("_class_name", "AutoencoderKL");
            Json.write(inside.resolve(CONFIG), config);
            try (CloseGuard.Use use = autoencoder.parameters().use();
                    PointerScope scope = new PointerScope()) {
                Safetensors.write(
                        inside.resolve(WEIGHTS), autoencoder.parameters().viewsOf(average), Map.of("format", "pt"));
            }
        });
    }
}
