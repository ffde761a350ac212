package org.diffusion4j.train;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** How the times of a batch are chosen among the timesteps 0 … T − 1. */
public enum TimeSampling {

    /** Each by itself, all alike (DDPM, algorithm 1). */
    UNIFORM("uniform") {
        @Override
        public TimeSampler of(int total) {
            return alike((random, count) -> random.ints(count, 0, total).asDoubleStream());
        }
    },

    /** With each t also T − 1 − t, so that a batch has early and late times in balance (DDIM's code). */
    ANTITHETIC("antithetic") {
        @Override
        public TimeSampler of(int total) {
            return alike((random, count) -> {
                int[] half = random.ints((count + 1) / 2, 0, total).toArray();
                return IntStream.range(0, count)
                        .mapToDouble(i -> i < half.length ? half[i] : total - 1 - half[i - half.length]);
            });
        }
    },

    /** Evenly spread from one random start (Kingma et al., "Variational Diffusion Models", NeurIPS 2021, appendix I.1). */
    LOW_DISCREPANCY("low-discrepancy") {
        @Override
        public TimeSampler of(int total) {
            return alike((random, count) -> {
                double start = random.nextDouble();
                return IntStream.range(0, count).mapToDouble(i -> Math.floor((start + i / (double) count) % 1 * total));
            });
        }
    },

    /** More often where losses are large: {@link LossSecondMoment}. */
    LOSS_SECOND_MOMENT("loss-second-moment") {
        @Override
        public TimeSampler of(int total) {
            return new LossSecondMoment(total);
        }
    };

    private final String text;

    TimeSampling(String text) {
        this.text = text;
    }

    /**
     * A sampler that has learned nothing yet.
     *
     * @param total T, the number of timesteps
     */
    public abstract TimeSampler of(int total);

    /** A sampler to which all times count alike. */
    private static TimeSampler alike(BiFunction<SplittableRandom, Integer, DoubleStream> times) {
        return (random, count) -> {
            double[] weights = new double[count];
            Arrays.fill(weights, 1);
            return new TimeSampler.Drawn(times.apply(random, count).toArray(), weights);
        };
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return text;
    }
}
