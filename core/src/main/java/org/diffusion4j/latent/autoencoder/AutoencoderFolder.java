package org.diffusion4j.latent.autoencoder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;
import org.diffusion4j.nn.vae.PictureAutoencoder;
import org.diffusion4j.nn.vae.PictureAutoencoderConfig;
import org.diffusion4j.nn.vae.VQModelConfig;
import org.jspecify.annotations.Nullable;

/** The folder of an autoencoder alone, as diffusers' {@code vae} and {@code vqvae} folders are: {@code config.json} and its weights. */
public final class AutoencoderFolder {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";
    private static final String CLASS = "_class_name";
    private static final String KL = "AutoencoderKL";
    private static final String VQ = "VQModel";

    private AutoencoderFolder() {}

    /** Whether a folder is that of an autoencoder, by what its configuration says. */
    public static boolean isOne(Path folder) {
        Path file = folder.resolve(CONFIG);
        return Files.exists(file)
                && Json.readObject(file).get(CLASS) instanceof String kind
                && (kind.equals(KL) || kind.equals(VQ));
    }

    /**
     * Reads a folder.
     *
     * @return owned by the caller
     * @throws FormatException if it is not the folder of an autoencoder; the message says which folder may be meant
     * @throws org.diffusion4j.engine.WeightsException if weights and configuration do not fit
     */
    public static PictureAutoencoder read(Path folder) {
        return withWeights(config(folder).newAutoencoder(0), folder);
    }

    /**
     * Reads the folder of one with a normal distribution for each latent.
     *
     * @return owned by the caller
     * @throws FormatException as {@link #read}, and if it is one of another class
     * @throws org.diffusion4j.engine.WeightsException if weights and configuration do not fit
     */
    public static AutoencoderKL readKl(Path folder) {
        return withWeights(klConfig(folder).newAutoencoder(0), folder);
    }

    private static <A extends PictureAutoencoder> A withWeights(A autoencoder, Path folder) {
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
     * @throws FormatException if it is not the folder of an autoencoder; the message says which folder may be meant
     */
    public static PictureAutoencoderConfig config(Path folder) {
        Path file = folder.resolve(CONFIG);
        Map<String, @Nullable Object> config = configMap(folder);
        Object kind = config.getOrDefault(CLASS, KL);
        if (VQ.equals(kind)) {
            return VQModelConfig.fromMap(config, file.toString());
        }
        if (KL.equals(kind)) {
            return AutoencoderKLConfig.fromMap(config, file.toString());
        }
        throw new FormatException(file + ": is a " + kind + ", not an " + KL + " or a " + VQ);
    }

    /**
     * What an autoencoder with a normal distribution for each latent looks like.
     *
     * @throws FormatException as {@link #config}, and if it is one of another class
     */
    public static AutoencoderKLConfig klConfig(Path folder) {
        PictureAutoencoderConfig config = config(folder);
        if (config instanceof AutoencoderKLConfig kl) {
            return kl;
        }
        throw new FormatException(folder.resolve(CONFIG) + ": is a " + config.className() + ", not an " + KL
                + ", and latent models are trained on the latents of those alone");
    }

    private static Map<String, @Nullable Object> configMap(Path folder) {
        Path file = folder.resolve(CONFIG);
        if (Files.exists(file)) {
            return Json.readObject(file);
        }
        String meant = "";
        for (String inside : new String[] {"model", "vae", "vqvae"}) {
            if (Files.exists(folder.resolve(inside).resolve(CONFIG))) {
                meant = "; did you mean " + folder.resolve(inside) + "?";
            }
        }
        throw new FormatException(folder + ": is not the folder of an autoencoder, it has no " + CONFIG + meant);
    }

    /** The file of the weights in such a folder. */
    public static Path weightsFile(Path folder) {
        return folder.resolve(WEIGHTS);
    }

    /** Writes the folder with an average of the weights, whole or not at all; one that exists is replaced. */
    static void write(PictureAutoencoder autoencoder, Path folder, Tensor average) {
        AtomicFolder.replace(folder, inside -> {
            Map<String, @Nullable Object> config =
                    new TreeMap<>(autoencoder.config().toMap());
            config.put(CLASS, autoencoder.config().className());
            Json.write(inside.resolve(CONFIG), config);
            try (CloseGuard.Use use = autoencoder.parameters().use();
                    PointerScope scope = new PointerScope()) {
                Safetensors.write(
                        inside.resolve(WEIGHTS), autoencoder.parameters().viewsOf(average), Map.of("format", "pt"));
            }
        });
    }
}
