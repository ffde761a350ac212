package org.diffusion4j.nn.unet;

import java.util.Locale;

/** What the label is that a network receives, if it is no row of a table. */
public enum ClassEmbedType {
    /** A number, embedded as the time is. */
    TIMESTEP,

    /** A vector of the width of the time embedding. */
    IDENTITY;

    /** Diffusers' name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
