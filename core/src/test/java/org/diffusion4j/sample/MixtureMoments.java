package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Holds samples against the mixture in the plane that they were drawn from: weights of its components, means and second moments. */
final class MixtureMoments {

    /**
     * 5 standard errors: chance alone fails one of the 8 comparisons with probability 8 · 6e-7. The error of finitely many steps is
     * allowed for beside it.
     */
    private static final double STANDARD_ERRORS = 5;

    private static final double OF_STEPS = 0.01;

    private MixtureMoments() {}

    static void check(double[][] samples, Mixture mixture) {
        for (int k = 0; k < mixture.weights().length; k++) {
            int component = k;
            check("weight of " + k, samples, x -> nearest(x, mixture) == component ? 1 : 0, mixture.weights()[k]);
        }
        for (int a = 0; a < 2; a++) {
            int first = a;
            check("mean of " + a, samples, x -> x[first], moment(mixture, m -> m[first]));
            for (int b = 0; b <= a; b++) {
                int second = b;
                double ofNoise = a == b ? mixture.s() * mixture.s() : 0;
                check(
                        "moment of " + a + " and " + b,
                        samples,
                        x -> x[first] * x[second],
                        moment(mixture, m -> m[first] * m[second]) + ofNoise);
            }
        }
    }

    private static void check(String what, double[][] samples, ToDoubleFunction<double[]> statistic, double expected) {
        double mean = Arrays.stream(samples).mapToDouble(statistic).average().orElseThrow();
        double square = Arrays.stream(samples)
                .mapToDouble(statistic)
                .map(value -> value * value)
                .average()
                .orElseThrow();
        double standardError = Math.sqrt((square - mean * mean) / samples.length);
        assertThat(mean).as(what).isCloseTo(expected, within(STANDARD_ERRORS * standardError + OF_STEPS));
    }

    /** The components lie 7 of their standard deviations apart: fewer than 1 in 100 samples is counted for another. */
    private static int nearest(double[] x, Mixture mixture) {
        return IntStream.range(0, mixture.means().length)
                .boxed()
                .min(Comparator.comparingDouble(
                        k -> Math.hypot(x[0] - mixture.means()[k][0], x[1] - mixture.means()[k][1])))
                .orElseThrow();
    }

    private static double moment(Mixture mixture, ToDoubleFunction<double[]> ofMeans) {
        return IntStream.range(0, mixture.means().length)
                .mapToDouble(k -> mixture.weights()[k] * ofMeans.applyAsDouble(mixture.means()[k]))
                .sum();
    }
}
