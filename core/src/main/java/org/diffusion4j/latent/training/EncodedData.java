package org.diffusion4j.latent.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.latent.autoencoder.AutoencoderFolder;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.jspecify.annotations.Nullable;

/**
 * The latents of all pictures, encoded once, and the autoencoder with the scale that gives those of the training a standard deviation of 1
 * (Rombach et al., CVPR 2022, appendix G).
 *
 * @param autoencoder owned
 * @param training scaled; owned
 * @param heldOut scaled; null where nothing is held out; owned
 * @param fingerprint of the pictures and the autoencoder
 * @param kept whether they lie in the folder of the run already
 */
record EncodedData(
        AutoencoderKL autoencoder,
        Latents training,
        @Nullable Latents heldOut,
        String fingerprint,
        boolean kept) implements AutoCloseable {

    private static final String FILE = "latents.safetensors";
    private static final String FINGERPRINT = "fingerprint";
    private static final String SCALE = "scalingFactor";
    private static final String TRAINING = "training";
    private static final String HELD_OUT = "heldOut";
    private static final String MIRRORED = ".mirrored";

    /**
     * Reads what an earlier run in the folder kept, if it is of the same pictures and autoencoder; else encodes.
     *
     * @param run the folder of the run
     * @param compute of the autoencoder
     * @param listener sees how far the encoding is, if there is any
     * @return owned by the caller
     */
    static EncodedData of(
            LatentRecipe recipe,
            CaptionedImages training,
            @Nullable CaptionedImages heldOut,
            Path run,
            Compute compute,
            EncodingListener listener) {
        Path folder = Path.of(recipe.autoencoder());
        try (AutoencoderKL raw = AutoencoderFolder.readKl(folder)) {
            raw.parameters().computeIn(compute);
            String fingerprint = fingerprint(recipe, training, heldOut, AutoencoderFolder.weightsFile(folder));
            EncodedData kept = kept(run.resolve(FILE), fingerprint, raw, compute);
            return kept != null ? kept : encoded(recipe, training, heldOut, fingerprint, raw, compute, listener);
        }
    }

    private static String fingerprint(
            LatentRecipe recipe, CaptionedImages training, @Nullable CaptionedImages heldOut, Path weights) {
        try {
            return Sha256.of(String.join(
                    "\n",
                    training.fingerprint(),
                    heldOut == null ? "" : heldOut.fingerprint(),
                    Sha256.of(weights),
                    "mirrored " + recipe.data().flip()));
        } catch (IOException e) {
            throw FileTrouble.reading(weights, e);
        }
    }

    private static EncodedData encoded(
            LatentRecipe recipe,
            CaptionedImages training,
            @Nullable CaptionedImages heldOut,
            String fingerprint,
            AutoencoderKL raw,
            Compute compute,
            EncodingListener listener) {
        int first = training.size();
        int total = first + (heldOut == null ? 0 : heldOut.size());
        try (Latents plain = Latents.of(training, raw, recipe.data().flip(), done -> listener.at(done, total));
                Latents other = heldOut == null
                        ? null
                        : Latents.of(heldOut, raw, false, done -> listener.at(first + done, total))) {
            AutoencoderKL scaled = scaled(raw, 1 / plain.std(), compute);
            return orClosed(
                    scaled,
                    () -> new EncodedData(
                            scaled,
                            plain.scaled(scaled),
                            other == null ? null : other.scaled(scaled),
                            fingerprint,
                            false));
        }
    }

    /** Closes the autoencoder if the rest fails. */
    private static EncodedData orClosed(AutoencoderKL scaled, Supplier<EncodedData> rest) {
        try {
            return rest.get();
        } catch (RuntimeException e) {
            scaled.close();
            throw e;
        }
    }

    /** The same autoencoder with another scale and without shift; owned by the caller. */
    private static AutoencoderKL scaled(AutoencoderKL raw, double scale, Compute compute) {
        Map<String, @Nullable Object> changes = new LinkedHashMap<>();
        changes.put("scaling_factor", scale);
        changes.put("shift_factor", null);
        changes.put("latents_mean", null);
        changes.put("latents_std", null);
        AutoencoderKL scaled = new AutoencoderKL(raw.config().with(changes), 0, ScalarType.Float);
        try {
            scaled.parameters().computeIn(compute);
            scaled.parameters().copyFrom(raw.parameters());
            return scaled;
        } catch (RuntimeException e) {
            scaled.close();
            throw e;
        }
    }

    private static @Nullable EncodedData kept(Path file, String fingerprint, AutoencoderKL raw, Compute compute) {
        if (!Files.exists(file)) {
            return null;
        }
        try (TensorFile open = Safetensors.open(file)) {
            String scale = open.metadata().get(SCALE);
            if (scale == null || !fingerprint.equals(open.metadata().get(FINGERPRINT))) {
                return null;
            }
            AutoencoderKL scaled = scaled(raw, Double.parseDouble(scale), compute);
            return orClosed(scaled, () -> {
                try (PointerScope scope = new PointerScope()) {
                    Map<String, Tensor> tensors = open.tensors();
                    return new EncodedData(
                            scaled,
                            latents(tensors, TRAINING),
                            tensors.containsKey(HELD_OUT) ? latents(tensors, HELD_OUT) : null,
                            fingerprint,
                            true);
                }
            });
        }
    }

    private static Latents latents(Map<String, Tensor> tensors, String name) {
        Tensor mirrored = tensors.get(name + MIRRORED);
        Tensor plain = Objects.requireNonNull(tensors.get(name), name);
        return Latents.owned(plain.clone(), mirrored == null ? null : mirrored.clone());
    }

    /** Keeps the latents in the folder of the run, for when it goes on, unless they lie there. */
    void keep(Path run) {
        if (kept) {
            return;
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        put(tensors, TRAINING, training);
        if (heldOut != null) {
            put(tensors, HELD_OUT, heldOut);
        }
        Safetensors.write(
                run.resolve(FILE),
                tensors,
                Map.of(
                        FINGERPRINT,
                        fingerprint,
                        SCALE,
                        Double.toString(autoencoder.config().scalingFactor())));
    }

    private static void put(Map<String, Tensor> tensors, String name, Latents latents) {
        tensors.put(name, latents.plain());
        if (latents.mirrored() != null) {
            tensors.put(name + MIRRORED, latents.mirrored());
        }
    }

    @Override
    public void close() {
        training.close();
        if (heldOut != null) {
            heldOut.close();
        }
        autoencoder.close();
    }
}
