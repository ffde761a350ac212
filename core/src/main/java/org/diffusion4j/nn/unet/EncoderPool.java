package org.diffusion4j.nn.unet;

import java.util.Locale;

/** How an {@link EncoderUNet} makes one answer of what it found in a picture, under the name of guided-diffusion. */
public enum EncoderPool {
    /** The mean over the last features. */
    ADAPTIVE,
    /** Attention of the mean over the last features and itself (as in CLIP); ADM's classifiers have it. Fixes the size of pictures. */
    ATTENTION,
    /** The means over the features of every depth, and two linear layers with ReLU between. */
    SPATIAL,
    /** The same with a norm and SiLU between. */
    SPATIAL_V2;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
