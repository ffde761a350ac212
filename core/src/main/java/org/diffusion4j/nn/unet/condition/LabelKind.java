package org.diffusion4j.nn.unet.condition;

import java.util.Locale;

/** What the label is that a network receives beside the text, if it is no row of a table. */
public enum LabelKind {
    /** A number, embedded as the time is. */
    TIMESTEP,

    /** A vector of the width of the time embedding. */
    IDENTITY,

    /** A vector, through two linear layers. */
    PROJECTION,

    /** A vector, through a linear layer. */
    SIMPLE_PROJECTION;

    /** Diffusers' name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
