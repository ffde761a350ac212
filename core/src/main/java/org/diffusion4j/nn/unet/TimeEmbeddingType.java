package org.diffusion4j.nn.unet;

import java.util.Locale;

/** How a network receives the time. */
public enum TimeEmbeddingType {
    /** Sines and cosines of the timestep. */
    POSITIONAL,

    /** Random frequencies of ln t; the output is divided by t. */
    FOURIER,

    /** A table of {@code numTrainTimesteps} rows. */
    LEARNED;

    /** Diffusers' name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
