package org.diffusion4j.train;

/**
 * What is minimised. L_vlb is the sum of the bound's T terms in bits per dimension; one term at a random time, times T, estimates it.
 *
 * <p>Nichol, Dhariwal, "Improved Denoising Diffusion Probabilistic Models", ICML 2021, section 3.1; the names in their code are given.
 */
public enum LossTerms {

    /** L_simple, the squared error of the prediction (DDPM, equation 14); it says nothing about a variance. */
    SIMPLE("simple", true) {
        @Override
        double boundWeight(int total) {
            return 0;
        }
    },

    /** {@code L_simple + 0.001·L_vlb}, in which only the variance learns from L_vlb (equation 16; RESCALED_MSE). */
    HYBRID("hybrid", true) {
        @Override
        double boundWeight(int total) {
            return 0.001;
        }
    },

    /** L_simple and the mean, not the sum, of L_vlb's terms, otherwise as {@link #HYBRID} (MSE with a learned variance). */
    HYBRID_MEAN("hybrid-mean", true) {
        @Override
        double boundWeight(int total) {
            return 1.0 / total;
        }
    },

    /** L_vlb, for mean and variance (RESCALED_KL); its gradient is so noisy that it wants importance sampling. */
    VLB("vlb", false) {
        @Override
        double boundWeight(int total) {
            return 1;
        }
    },

    /** The mean of L_vlb's terms (KL). */
    VLB_MEAN("vlb-mean", false) {
        @Override
        double boundWeight(int total) {
            return 1.0 / total;
        }
    };

    private final String text;
    private final boolean simple;

    LossTerms(String text, boolean simple) {
        this.text = text;
        this.simple = simple;
    }

    /** Whether L_simple is in it; then the prediction learns from that alone. */
    boolean hasSimple() {
        return simple;
    }

    /** The weight of L_vlb in a chain of so many timesteps. */
    abstract double boundWeight(int total);

    /** Whether it needs a learned variance, and has no use for a fixed one. */
    public boolean needsLearnedVariance() {
        return this == HYBRID || this == HYBRID_MEAN;
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return text;
    }
}
