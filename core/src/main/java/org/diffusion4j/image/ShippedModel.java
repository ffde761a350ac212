package org.diffusion4j.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.diffusion4j.data.catalog.DataHome;
import org.diffusion4j.engine.WeightsException;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.io.ShippedFiles;

/**
 * The trained models that come with this library, in the artifact {@code diffusion4j-models}. Each is a model folder like any other, with what it was measured to be beside the usual
 * files: against the test images in {@code card.json}, against those that it learned from in {@code card-train.json}.
 *
 * <p>Threads: may be called by any.
 */
public enum ShippedModel {

    /** Handwritten digits by class, eps-prediction: {@code recipes/ddpm-mnist.json}. */
    MNIST("mnist", "0a5b665d40edad8ff092957181dc4913d2276331f5efa571480937904e2de91c"),

    /** The same by v-prediction: {@code recipes/ddpm-mnist-v.json}. */
    MNIST_V("mnist-v", "5fec71430d0c1f2515ef51280cd56a1256d22768d57dc73de3914584adb1a5ac");

    private static final List<String> FILES = List.of(
            "model_index.json",
            "unet/config.json",
            "unet/diffusion_pytorch_model.safetensors",
            "scheduler/scheduler_config.json",
            "diffusion4j.json",
            "card.json",
            "card-train.json");

    private final String text;
    private final String hash;

    ShippedModel(String text, String hash) {
        this.text = text;
        this.hash = hash;
    }

    /** The one of a name, if there is one. */
    public static Optional<ShippedModel> named(String name) {
        return Arrays.stream(values()).filter(model -> model.text.equals(name)).findFirst();
    }

    /** The one that a name means, unless a folder or file of one's own lies where the name would lead. */
    public static Optional<ShippedModel> named(String name, Path place) {
        return Files.exists(place) ? Optional.empty() : named(name);
    }

    /** The one whose folder this is, if it is one's. */
    public static Optional<ShippedModel> at(Path folder) {
        return Arrays.stream(values())
                .filter(model -> model.in(DataHome.folder()).equals(folder))
                .findFirst();
    }

    /** What a model folder is called to people: its name where it is a shipped model's, else its path. */
    public static String nameOf(Path folder) {
        return at(folder).map(ShippedModel::toString).orElse(folder.toString());
    }

    /**
     * Its folder: in {@code models} of {@link DataHome}, where it is put when it is asked for the first time, and again when it is no
     * longer what it was.
     *
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be written
     */
    public Path folder() {
        return folder(DataHome.folder());
    }

    Path folder(Path home) {
        return files().folder(home, hash, folder -> {
            if (!ModelFolder.open(folder).hash().equals(hash)) {
                throw new WeightsException(
                        text + ": is not the model that this library was built with; build it again");
            }
        });
    }

    private ShippedFiles files() {
        return new ShippedFiles(text, FILES);
    }

    private Path in(Path home) {
        return files().in(home, hash);
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return text;
    }
}
