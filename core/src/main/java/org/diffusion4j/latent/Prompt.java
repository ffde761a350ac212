package org.diffusion4j.latent;

import org.jspecify.annotations.Nullable;

/**
 * What a picture shall show.
 *
 * @param text for the text encoder
 * @param second for the second text encoder of SDXL; null for the same text
 * @param plain whether brackets are ordinary characters and what does not fit in one row of tokens is cut off; else {@code (words:1.2)}
 *     and {@code [words]} weigh words, and a long text becomes several rows
 */
public record Prompt(String text, @Nullable String second, boolean plain) {

    /** The same for all encoders, with weights. */
    public static Prompt of(String text) {
        return new Prompt(text, null, false);
    }

    String forSecond() {
        return second == null ? text : second;
    }
}
