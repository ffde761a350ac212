package org.diffusion4j.evaluate;

import java.util.Arrays;

/**
 * The mean of several estimates and how far they lie apart.
 *
 * @param std the deviation within these estimates, divided by their number, as the metrics' authors report it
 */
public record Spread(double mean, double std) {

    static Spread of(double... estimates) {
        double mean = Arrays.stream(estimates).average().orElseThrow();
        double variance = Arrays.stream(estimates)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();
        return new Spread(mean, Math.sqrt(variance));
    }
}
