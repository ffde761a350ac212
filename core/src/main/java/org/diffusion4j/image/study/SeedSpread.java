package org.diffusion4j.image.study;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;

/** One figure of a way to draw, once for each seed it was drawn with: the mean and how far the seeds lie apart. */
record SeedSpread(List<Double> values) {

    SeedSpread {
        values = List.copyOf(values);
        require(!values.isEmpty(), "a mean needs at least one value");
    }

    static SeedSpread of(double... values) {
        return new SeedSpread(Arrays.stream(values).boxed().toList());
    }

    /** How many seeds. */
    int n() {
        return values.size();
    }

    double mean() {
        return values.stream().mapToDouble(Double::doubleValue).sum() / n();
    }

    /** Whether there is a deviation to speak of; one seed has none. */
    boolean hasStd() {
        return n() > 1;
    }

    /** The sample's standard deviation, with divisor n − 1; 0 for one seed. */
    double std() {
        return Math.sqrt(variance());
    }

    /** The square of {@link #std}. */
    double variance() {
        double mean = mean();
        double squares =
                values.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
        return hasStd() ? squares / (n() - 1) : 0;
    }
}
