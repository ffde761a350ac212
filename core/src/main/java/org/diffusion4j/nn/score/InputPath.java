package org.diffusion4j.nn.score;

import java.util.Locale;

/** How the input image travels down beside the features of a {@link ScoreUNet}. */
public enum InputPath {
    /** It does not. */
    NONE,
    /** At each size a 1×1 convolution of the smaller image is added to the features. */
    SUM,
    /** At each size a 1×1 convolution of the smaller image is put before the features. */
    CONCAT,
    /** Smaller by a convolution, it is added to the features, and what results goes on as both (NCSN++). */
    RESIDUAL;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
