package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.diffusion4j.engine.DidYouMean;

/**
 * How n noise levels (ratios sigma/alpha) lie between two ends; each is known by a name that recipes and the command line use. First
 * is the noisiest; one alone is the noisiest. The clean sample comes after them and is not among them.
 */
public enum NoiseSpacing {

    /** Equal differences of sigma^(1/7): many steps where there is little noise (EDM, equation 5). */
    KARRAS("karras") {
        @Override
        public double[] levels(int n, double min, double max) {
            return karras(n, min, max, KARRAS_RHO);
        }
    },

    /** Equal differences of log sigma (k-diffusion). */
    EXPONENTIAL("exponential") {
        @Override
        public double[] levels(int n, double min, double max) {
            return polyexponential(n, min, max, 1);
        }
    },

    /**
     * By the quantiles of a beta distribution with both parameters 0.6: many steps near either end (Lee et al., "Beta Sampling is All
     * You Need", 2024; as in diffusers over sigma).
     */
    BETA("beta") {
        @Override
        public double[] levels(int n, double min, double max) {
            return beta(n, min, max, BETA_ALPHA);
        }
    };

    private static final double KARRAS_RHO = 7;
    private static final double BETA_ALPHA = 0.6;

    private final String text;

    NoiseSpacing(String text) {
        this.text = text;
    }

    /**
     * The levels.
     *
     * @param n at least 1
     * @param min the last, above 0
     * @param max the first, above {@code min}
     */
    public abstract double[] levels(int n, double min, double max);

    /** Equal differences of sigma^(1/rho) (EDM, equation 5). */
    public static double[] karras(int n, double min, double max, double rho) {
        double first = Math.pow(max, 1 / rho);
        double last = Math.pow(min, 1 / rho);
        return ramp(n, u -> Math.pow(first + u * (last - first), rho));
    }

    /** log sigma falls as the power rho of an even ramp; 1 is {@link #EXPONENTIAL} (k-diffusion). */
    public static double[] polyexponential(int n, double min, double max, double rho) {
        double range = Math.log(max) - Math.log(min);
        return ramp(n, u -> Math.exp(Math.pow(1 - u, rho) * range + Math.log(min)));
    }

    /** By the quantiles of a beta distribution with both parameters {@code alpha}; 0.6 is {@link #BETA}. */
    public static double[] beta(int n, double min, double max, double alpha) {
        SymmetricBeta beta = new SymmetricBeta(alpha);
        return ramp(n, u -> min + beta.quantile(1 - u) * (max - min));
    }

    /**
     * Equal steps in the time of the variance-preserving SDE, from 1 down to {@code end} (Song et al. 2021, equation 33; 19.9, 0.1
     * and 1e-3 in use).
     */
    public static double[] variancePreserving(int n, double betaRange, double betaMin, double end) {
        return ramp(n, u -> {
            double t = 1 + u * (end - 1);
            return Math.sqrt(Math.expm1(betaRange * t * t / 2 + betaMin * t));
        });
    }

    /**
     * The spacing of that name.
     *
     * @throws IllegalArgumentException if there is none; the message has those that are
     */
    public static NoiseSpacing named(String name) {
        return DidYouMean.choose("spacing", name, List.of(values()));
    }

    /** The name, as {@link #named} takes it. */
    @Override
    public String toString() {
        return text;
    }

    /** {@code level} at n equidistant points from 0 to 1. */
    private static double[] ramp(int n, DoubleUnaryOperator level) {
        require(n >= 1, "steps must be at least 1, was %s", n);
        double[] levels = new double[n];
        Arrays.setAll(levels, i -> level.applyAsDouble(n == 1 ? 0 : i / (n - 1.0)));
        return levels;
    }
}
