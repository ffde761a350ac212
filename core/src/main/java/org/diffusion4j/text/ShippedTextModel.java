package org.diffusion4j.text;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusion4j.data.catalog.DataHome;
import org.diffusion4j.io.ShippedFiles;

/**
 * The trained models of texts that come with this library, in the artifact {@code diffusion4j-models}. Each is a model folder like any
 * other.
 *
 * <p>Threads: may be called by any.
 */
public enum ShippedTextModel {

    /**
     * Descriptions of restaurants: {@code recipes/diffusion-lm-e2e.json}. Its folder has the {@code controls} of
     * {@code recipes/text-control-e2e.json}.
     */
    E2E("e2e", "controls/control.json", "controls/control.safetensors", "controls/tagged.jsonl"),

    /** Five-character couplets of Tang poems: {@code recipes/diffusion-lm-tang.json}. */
    TANG("tang");

    private final String text;
    private final List<String> files;

    ShippedTextModel(String text, String... controls) {
        this.text = text;
        this.files = Stream.concat(Stream.of("text.json", "text.safetensors"), Stream.of(controls))
                .toList();
    }

    /** The one of a name, if there is one. */
    public static Optional<ShippedTextModel> named(String name) {
        return Arrays.stream(values()).filter(model -> model.text.equals(name)).findFirst();
    }

    /**
     * Its folder: in {@code models} of {@link DataHome}, where it is put when it is asked for the first time, and again when it is no
     * longer what it was.
     *
     * @throws org.diffusion4j.engine.DiffusionException if its files are not on the class path, or the folder cannot be written
     */
    public Path folder() {
        return new ShippedFiles(text, files).folder(DataHome.folder());
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return text;
    }
}
