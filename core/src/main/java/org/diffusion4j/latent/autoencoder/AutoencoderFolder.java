package org.diffusion4j.latent.autoencoder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;
import org.jspecify.annotations.Nullable;

/** The folder of an autoencoder alone, as diffusers' {@code vae} folders are: {@code config.json} and its weights. */
public final class AutoencoderFolder {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";
    private static final String KIND = "AutoencoderKL";

    private AutoencoderFolder() {}

    /**
     * Reads a folder.
     *
     * @return owned by the caller
     * @throws FormatException if it is not the folder of such an autoencoder; the message says which folder may be meant
     * @throws org.diffusion4j.engine.WeightsException if weights and configuration do not fit
     */
    public static AutoencoderKL read(Path folder) {
        AutoencoderKLConfig config = config(folder);
        AutoencoderKL autoencoder = new AutoencoderKL(config, 0, ScalarType.Float);
        Path weights = weightsFile(folder);
        try (PointerScope scope = new PointerScope();
                TensorFile tensors = Safetensors.open(weights)) {
            autoencoder.parameters().load(tensors.tensors(), weights.toString());
            return autoencoder;
        } catch (RuntimeException | Error e) {
            autoencoder.close();
            throw e;
        }
    }

    /**
     * What the autoencoder of a folder looks like.
     *
     * @throws FormatException if it is not the folder of such an autoencoder; the message says which folder may be meant
     */
    public static AutoencoderKLConfig config(Path folder) {
        Path file = folder.resolve(CONFIG);
        if (!Files.exists(file)) {
            String meant = "";
            for (String inside : new String[] {"model", "vae"}) {
                if (Files.exists(folder.resolve(inside).resolve(CONFIG))) {
                    meant = "; did you mean " + folder.resolve(inside) + "?";
                }
            }
            throw new FormatException(folder + ": is not the folder of an autoencoder, it has no " + CONFIG + meant);
        }
        Map<String, @Nullable Object> config = Json.readObject(file);
        Object kind = config.getOrDefault("_class_name", KIND);
        if (!KIND.equals(kind)) {
            throw new FormatException(file + ": is a " + kind + ", not an " + KIND);
        }
        return AutoencoderKLConfig.fromMap(config, file.toString());
    }

    /** The file of the weights in such a folder. */
    public static Path weightsFile(Path folder) {
        return folder.resolve(WEIGHTS);
    }

    /** Writes the folder with an average of the weights, whole or not at all; one that exists is replaced. */
    static void write(AutoencoderKL autoencoder, Path folder, Tensor average) {
        AtomicFolder.replace(folder, inside -> {
            Map<String, @Nullable Object> config =
                    new TreeMap<>(autoencoder.config().toMap());
            config.put("_class_name", KIND);
            Json.write(inside.resolve(CONFIG), config);
            try (CloseGuard.Use use = autoencoder.parameters().use();
                    PointerScope scope = new PointerScope()) {
                Safetensors.write(
                        inside.resolve(WEIGHTS), autoencoder.parameters().viewsOf(average), Map.of("format", "pt"));
            }
        });
    }
}
