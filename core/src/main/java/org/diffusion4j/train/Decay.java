package org.diffusion4j.train;

import java.util.Locale;

/** How a learning rate falls from its full height to a share of it. */
public enum Decay {

    /** By half a cosine (Loshchilov, Hutter, "SGDR", ICLR 2017, equation 5). */
    COSINE {
        @Override
        double height(double progress) {
            return (1 + Math.cos(Math.PI * progress)) / 2;
        }
    },

    /** In a straight line. */
    LINEAR {
        @Override
        double height(double progress) {
            return 1 - progress;
        }
    };

    /** What is left of the way down, 1 at progress 0 and 0 at progress 1. */
    abstract double height(double progress);

    /** The name in recipes. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
