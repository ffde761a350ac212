package org.diffusion4j.schedule;

/** The beta distribution on [0, 1] whose two parameters are both a, as far as {@link NoiseSpacing#BETA} needs it. */
record SymmetricBeta(double a) {

    private static final int TERMS = 60; // the next is below 2^-60 of the sum at x = ½

    /** The x below which lies the share p; by bisection, to the last bit. */
    double quantile(double p) {
        if (p > 0.5) {
            return 1 - quantile(1 - p);
        }
        double sought = 2 * p * area(0.5);
        double low = 0;
        double high = 0.5;
        for (double x = 0.25; x > low && x < high; x = (low + high) / 2) {
            if (area(x) < sought) {
                low = x;
            } else {
                high = x;
            }
        }
        return p == 0 ? 0 : high;
    }

    /** The integral of {@code (u(1 − u))^(a − 1)} from 0 to x ≤ ½: the binomial series, term by term (DLMF 8.17.7). */
    private double area(double x) {
        double sum = 0;
        double coefficient = 1; // (1 − a)_n / n!
        for (int n = 0; n < TERMS; n++) {
            sum += coefficient * Math.pow(x, a + n) / (a + n);
            coefficient *= (1 - a + n) / (n + 1);
        }
        return sum;
    }
}
