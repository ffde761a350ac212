package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.schedule.NoiseSpacing;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * The spacings by their texts, {@code NAME} or {@code NAME:VALUES}. Whole timesteps: those of {@link Spacing}, {@code leading+1} and
 * {@code timesteps:999,500,0}. By the noise sigma/alpha, from that of the last timestep down to that of the first: {@code
 * karras} or {@code karras:rho=5}, {@code exponential} or {@code exponential:rho=2}, {@code beta} or {@code beta:alpha=0.5}; and {@code sigmas:14.6,3,0.1}. Those of {@link
 * SamplerProvider}s besides.
 */
public final class TimeSpacings {

    private static final Map<String, Function<String, TimeSpacing>> OURS = ours();

    private TimeSpacings() {}

    private static Map<String, Function<String, TimeSpacing>> ours() {
        Map<String, Function<String, TimeSpacing>> ours = new LinkedHashMap<>();
        for (Spacing spacing : Spacing.values()) {
            ours.put(spacing.toString(), values -> {
                requireNone(spacing.toString(), values);
                return plain(spacing.toString());
            });
        }
        ours.put("karras", values -> {
            double rho = value("karras", "rho", 7, 1, 100, values);
            return levels((n, low, high) -> NoiseSpacing.karras(n, low, high, rho));
        });
        ours.put("exponential", values -> {
            double rho = value("exponential", "rho", 1, 0.1, 10, values);
            return levels((n, low, high) -> NoiseSpacing.polyexponential(n, low, high, rho));
        });
        ours.put("beta", values -> {
            double alpha = value("beta", "alpha", 0.6, 0.1, 10, values);
            return levels((n, low, high) -> NoiseSpacing.beta(n, low, high, alpha));
        });
        ours.put("timesteps", values -> new Timesteps(numbers("timesteps", values)));
        ours.put("sigmas", values -> new Sigmas(numbers("sigmas", values)));
        return ours;
    }

    /**
     * The spacing of a text.
     *
     * @throws IllegalArgumentException if there is none of that name, or not with such values
     */
    public static TimeSpacing named(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        if (name.startsWith("leading+")) {
            requireNone(name, colon < 0 ? "" : text.substring(colon + 1));
            return plain(text);
        }
        Map<String, Function<String, TimeSpacing>> all = new LinkedHashMap<>(OURS);
        all.putAll(Samplers.spacings());
        Function<String, TimeSpacing> maker =
                Objects.requireNonNull(all.get(DidYouMean.choose("spacing", name, all.keySet())));
        return maker.apply(colon < 0 ? "" : text.substring(colon + 1));
    }

    /** Whether it is the name of a spacing of this library. */
    static boolean isOurs(String name) {
        return OURS.containsKey(name);
    }

    private static TimeSpacing plain(String text) {
        OffsetSpacing.named(text, 0); // refuses what is none
        return (process, steps) ->
                OffsetSpacing.named(text, process.table().steps()).grid(steps);
    }

    private static void requireNone(String name, String values) {
        require(values.isEmpty(), "spacing %s takes no values, but was given '%s'", name, values);
    }

    /** The one value that a spacing takes, as in {@code karras:rho=7}. */
    private static double value(
            String spacing, String key, double byDefault, double least, double most, String values) {
        if (values.isEmpty()) {
            return byDefault;
        }
        double value = values.startsWith(key + "=") ? number(values.substring(key.length() + 1)) : Double.NaN;
        require(
                value >= least && value <= most,
                "%s takes %s from %s to %s, as in %s:%s=%s, was '%s'",
                spacing,
                key,
                plain(least),
                plain(most),
                spacing,
                key,
                plain(byDefault),
                values);
        return value;
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /** NaN where it is none. */
    private static double number(String text) {
        try {
            return new BigDecimal(text.strip()).doubleValue();
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static double[] numbers(String name, String values) {
        double[] numbers = Stream.of(values.split(",", -1))
                .mapToDouble(TimeSpacings::number)
                .toArray();
        require(
                Arrays.stream(numbers).allMatch(number -> number >= 0 && number < Double.POSITIVE_INFINITY)
                        && IntStream.range(1, numbers.length).allMatch(i -> numbers[i] < numbers[i - 1]),
                "%s must be numbers that fall, none below 0, with commas between them, were '%s'",
                name,
                values);
        return numbers;
    }

    /** n noise levels from {@code high} down to {@code low}. */
    @FunctionalInterface
    private interface Levels {
        double[] of(int n, double low, double high);
    }

    private static TimeSpacing levels(Levels levels) {
        return (process, steps) -> {
            int last = process.table().steps() - 1;
            require(
                    1 <= steps && steps <= last + 1,
                    "steps must lie between 1 and the %s of the process, was %s",
                    last + 1,
                    steps);
            double low = process.noiseToSignal(0);
            double high = process.noiseToSignal(last);
            require(
                    Double.isFinite(high),
                    "the last timestep is all noise (zero terminal SNR), so sigma/alpha has no first value there: take trailing");
            double[] times = Arrays.stream(levels.of(steps, low, high))
                    .map(process::timeAt)
                    .toArray();
            times[0] = last; // to the last bit
            if (steps > 1) {
                times[steps - 1] = 0;
            }
            return TimeGrid.of(times, TimeGrid.CLEAN);
        };
    }

    private record Timesteps(List<Integer> timesteps) implements TimeSpacing {

        Timesteps(double[] given) {
            this(Arrays.stream(given).mapToObj(t -> (int) t).toList());
            require(
                    Arrays.stream(given).allMatch(t -> t == Math.rint(t) && t < Integer.MAX_VALUE),
                    "timesteps must be whole numbers, were %s",
                    Arrays.toString(given));
        }

        @Override
        public TimeGrid grid(DiscreteProcess process, int steps) {
            requireSteps(steps);
            int last = process.table().steps() - 1;
            require(
                    timesteps.get(0) <= last,
                    "timestep %s lies outside 0 … %s, those of the model",
                    timesteps.get(0),
                    last);
            return TimeGrid.ofTimesteps(
                    timesteps.stream().mapToInt(Integer::intValue).toArray());
        }

        @Override
        public OptionalInt listed() {
            return OptionalInt.of(timesteps.size());
        }
    }

    private record Sigmas(List<Double> sigmas) implements TimeSpacing {

        Sigmas(double[] given) {
            this(withoutClean(given));
            require(!sigmas.isEmpty(), "sigmas must have one above 0, were %s", Arrays.toString(given));
        }

        /** The clean sample at the end, sigma 0, may be said and is understood. */
        private static List<Double> withoutClean(double[] given) {
            List<Double> sigmas = new ArrayList<>(Arrays.stream(given).boxed().toList());
            sigmas.removeIf(sigma -> sigma == 0);
            return List.copyOf(sigmas);
        }

        @Override
        public TimeGrid grid(DiscreteProcess process, int steps) {
            requireSteps(steps);
            double low = process.noiseToSignal(0);
            double high = process.noiseToSignal(process.table().steps() - 1);
            double first = sigmas.get(0);
            double last = sigmas.get(sigmas.size() - 1);
            require(
                    first <= high * (1 + 1e-6) && last >= low * (1 - 1e-6),
                    "sigmas must lie between %.4g and %.4g, those of the model's timesteps, were %s to %s",
                    low,
                    high,
                    first,
                    last);
            return process.grid(sigmas.stream()
                    .mapToDouble(sigma -> Math.min(Math.max(sigma, low), high))
                    .toArray());
        }

        @Override
        public OptionalInt listed() {
            return OptionalInt.of(sigmas.size());
        }
    }
}
