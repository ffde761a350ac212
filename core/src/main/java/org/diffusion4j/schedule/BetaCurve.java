package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.diffusion4j.engine.DidYouMean;

/** The shape of the betas between two ends; each is known by a name that recipes and the command line use. */
public enum BetaCurve {

    /** Equal differences (DDPM: 1e-4 … 0.02 at T = 1000). */
    LINEAR("linear") {
        @Override
        double[] betas(double start, double end, int steps) {
            return between(start, end, steps, beta -> beta);
        }
    },

    /** Equal differences of the square roots (latent diffusion, whose own name for it is "linear"). */
    SCALED_LINEAR("scaled-linear") {
        @Override
        double[] betas(double start, double end, int steps) {
            return between(Math.sqrt(start), Math.sqrt(end), steps, root -> root * root);
        }
    },

    /** {@code alphaBar(t) = cos²((t/T + 0.008)/1.008 · π/2)}, beta at most 0.999 (IDDPM, equation 17); the ends are not used. */
    COSINE("cosine") {
        @Override
        double[] betas(double start, double end, int steps) {
            double[] betas = new double[steps];
            for (int t = 0; t < steps; t++) {
                betas[t] = Math.min(1 - cosine((t + 1) / (double) steps) / cosine(t / (double) steps), COSINE_MAX_BETA);
            }
            return betas;
        }
    },

    /** A sigmoid over [−6, 6] between the ends (DDIM's and diffusers' "sigmoid"). */
    SIGMOID("sigmoid") {
        @Override
        double[] betas(double start, double end, int steps) {
            return between(-6, 6, steps, u -> start + (end - start) / (1 + Math.exp(-u)));
        }
    },

    /** {@link #LINEAR} with both ends scaled by 1000/T, so that the process ends equally noisy for any T (IDDPM's "linear"). */
    IDDPM_LINEAR("iddpm-linear") {
        @Override
        double[] betas(double start, double end, int steps) {
            double scale = 1000.0 / steps;
            return LINEAR.betas(scale * start, scale * end, steps);
        }
    };

    private static final double COSINE_OFFSET = 0.008;
    private static final double COSINE_MAX_BETA = 0.999;

    private final String text;

    BetaCurve(String text) {
        this.text = text;
    }

    /**
     * The betas of timesteps 0 … steps − 1, as the formula gives them, not checked.
     *
     * @param start the first beta
     * @param end the last beta
     */
    abstract double[] betas(double start, double end, int steps);

    /**
     * The curve of that name.
     *
     * @throws IllegalArgumentException if there is none; the message has those that are
     */
    public static BetaCurve named(String name) {
        return DidYouMean.choose("beta schedule", name, List.of(values()));
    }

    /** The name, as {@link #named} takes it. */
    @Override
    public String toString() {
        return text;
    }

    /** {@code curve} at {@code steps} equidistant points from start to end; one point is the start. */
    private static double[] between(double start, double end, int steps, DoubleUnaryOperator curve) {
        require(steps >= 1, "a beta schedule needs at least 1 step, was %s", steps);
        double[] values = new double[steps];
        for (int i = 0; i < steps; i++) {
            values[i] = curve.applyAsDouble(steps == 1 ? start : start + i * ((end - start) / (steps - 1)));
        }
        return values;
    }

    private static double cosine(double u) {
        double cos = Math.cos((u + COSINE_OFFSET) / (1 + COSINE_OFFSET) * Math.PI / 2);
        return cos * cos;
    }
}
