package org.diffusion4j.image.study;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether two means differ by more than the spread of their differences explains.
 *
 * <p>Student, "The probable error of a mean", Biometrika 6, 1908: two-sided, of values that belong together in pairs, such as cells of the
 * same seed, which begin from the same noise and draw the same classes. What a seed does to both is not in their difference. It takes the
 * differences for independent and roughly normal.
 *
 * @param p how often chance alone would give a mean difference at least as large, in [0, 1]
 */
record PairedTest(double t, int degrees, double p) {

    private static final double TINY = 1e-300;
    private static final double CLOSE = 1e-14;
    private static final int TERMS = 10_000;

    /**
     * The test of differences.
     *
     * @throws IllegalArgumentException if there are fewer than two
     */
    static PairedTest of(SeedSpread differences) {
        require(differences.hasStd(), "a test needs at least two differences, was given %s", differences.n());
        double error = Math.sqrt(differences.variance() / differences.n());
        double mean = differences.mean();
        int degrees = differences.n() - 1;
        if (error == 0) { // no spread at all: every difference is larger
            return mean == 0 ? new PairedTest(0, degrees, 1) : new PairedTest(Math.copySign(1 / 0.0, mean), degrees, 0);
        }
        return new PairedTest(mean / error, degrees, twoSided(mean / error, degrees));
    }

    /**
     * Which of several tests hold when all are asked at once, at 5 % for the whole family.
     *
     * <p>S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.
     */
    static List<PairedTest> holding(List<PairedTest> family, double level) {
        List<PairedTest> sorted = family.stream()
                .sorted(Comparator.comparingDouble(PairedTest::p))
                .toList();
        int first = IntStream.range(0, sorted.size())
                .filter(i -> sorted.get(i).p > level / (sorted.size() - i))
                .findFirst()
                .orElse(sorted.size());
        return new ArrayList<>(sorted.subList(0, first));
    }

    /** The chance that Student's t of so many degrees of freedom lies at least as far from 0. */
    static double twoSided(double t, double degrees) {
        return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
    }

    /** I_x(a, b), by its continued fraction on the side where that converges fast. */
    private static double incompleteBeta(double x, double a, double b) {
        if (x <= 0 || x >= 1) {
            return x <= 0 ? 0 : 1;
        }
        double front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
        return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b;
    }

    /** Lentz's evaluation of the fraction 1/(1 + d1/(1 + d2/(1 + …))). */
    private static double fraction(double x, double a, double b) {
        double c = 1;
        double d = 1 / awayFromZero(1 - (a + b) * x / (a + 1));
        double value = d;
        for (int m = 1; m < TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / awayFromZero(1 + even * d);
            c = awayFromZero(1 + even / c);
            value *= c * d;
            d = 1 / awayFromZero(1 + odd * d);
            c = awayFromZero(1 + odd / c);
            value *= c * d;
            if (Math.abs(c * d - 1) < CLOSE) {
                break;
            }
        }
        return value;
    }

    private static double awayFromZero(double value) {
        return Math.abs(value) < TINY ? TINY : value;
    }

    /** log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b). */
    private static double logBeta(double a, double b) {
        return logGamma(a) + logGamma(b) - logGamma(a + b);
    }

    /** log Γ(z) for z > 0: Stirling's series, after Γ(z + 1) = z Γ(z) has brought z to where its first terms are exact. */
    private static double logGamma(double z) {
        double shift = 0;
        double x = z;
        for (; x < 15; x++) {
            shift -= Math.log(x);
        }
        double inverse = 1 / (x * x);
        double series =
                1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse * (1.0 / 1680 - inverse / 1188)));
        return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series / x;
    }
}
