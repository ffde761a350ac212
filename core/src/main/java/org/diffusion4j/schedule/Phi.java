package org.diffusion4j.schedule;

/**
 * The functions of exponential integrators: {@code φ_k(z) = ∫_0^1 e^{(1−u)z} u^{k−1}/(k−1)! du = Σ_j z^j/(j+k)!}.
 *
 * <p>Hochbruck, Ostermann, "Exponential integrators", Acta Numerica 2010, equation 2.10.
 */
public final class Phi {

    private static final double SERIES_BELOW = 1;
    private static final int TERMS = 20; // the next is below 1/20! at |z| = 1

    private Phi() {}

    /**
     * φ_k(z).
     *
     * @param k at least 1
     */
    public static double of(int k, double z) {
        if (Math.abs(z) < SERIES_BELOW) { // the recursion below would cancel
            double sum = 0;
            for (int j = TERMS; j > 0; j--) {
                sum = (sum + 1) * z / (j + k);
            }
            return (1 + sum) / factorial(k);
        }
        return k == 1 ? Math.expm1(z) / z : (of(k - 1, z) - 1 / factorial(k - 1)) / z;
    }

    /** k! */
    public static double factorial(int k) {
        return k <= 1 ? 1 : k * factorial(k - 1);
    }
}
