package org.diffusion4j.nn.unet.condition;

import java.util.Locale;

/** What is embedded and added to the time beside labels. */
public enum AddedKind {
    /** A text's features and six numbers: the sizes of a picture (SDXL). */
    TEXT_TIME;

    /** Diffusers' name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
