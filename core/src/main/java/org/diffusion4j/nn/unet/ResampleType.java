package org.diffusion4j.nn.unet;

import java.util.Locale;

/** By what a level with attention changes the size of the image. */
public enum ResampleType {
    /** A convolution. */
    CONV,

    /** A residual block. */
    RESNET;

    /** Diffusers' name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
