package org.diffusion4j.nn.unet;

import java.util.Locale;

/** How a residual block takes in the time. */
public enum TimeShift {
    /** It is added. */
    DEFAULT,

    /** It scales and shifts the second norm. */
    SCALE_SHIFT;

    /** Diffusers' name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
