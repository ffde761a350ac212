package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A LoRA file, and how strongly it is added to a model's weights.
 *
 * @param scale usually from 0 to 1
 */
public record AddedLora(Path file, double scale) {

    private static final Pattern SCALED = Pattern.compile("(.+):([+-]?(?:\\d+\\.?\\d*|\\.\\d+))");

    /** Refuses a scale that is not finite. */
    public AddedLora {
        require(Double.isFinite(scale), "the scale of a LoRA must be finite, was %s", scale);
    }

    /** Reads {@code FILE} or {@code FILE:SCALE}; without a scale it is 1. */
    public static AddedLora of(String text) {
        Matcher scaled = SCALED.matcher(text);
        return scaled.matches()
                ? new AddedLora(Path.of(scaled.group(1)), Double.parseDouble(scaled.group(2)))
                : new AddedLora(Path.of(text), 1);
    }

    /** As it is written. */
    @Override
    public String toString() {
        return file + ":" + scale;
    }
}
