package org.diffusion4j.sample;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.LearnedVariance;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.DiscreteSchedule;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a {@code scheduler_config.json} by type, and those that nearly all classes share. The one place that knows the
 * foreign words.
 *
 * @param source where they come from, for messages
 */
record SchedulerKeys(Map<String, @Nullable Object> map, String source) {

    private static final int MOST = 1_000_000; // timesteps; anything else is less

    private static final double LITTLE_SIGNAL = 0x1p-24;

    static final Map<String, BetaCurve> CURVES = Map.of(
            "linear", BetaCurve.LINEAR,
            "scaled_linear", BetaCurve.SCALED_LINEAR,
            "squaredcos_cap_v2", BetaCurve.COSINE,
            "sigmoid", BetaCurve.SIGMOID);

    static final Map<String, Prediction> PREDICTIONS = Map.of(
            "epsilon", Prediction.EPS,
            "sample", Prediction.X0,
            "v_prediction", Prediction.V,
            "flow_prediction", Prediction.FLOW,
            "score", Prediction.SCORE, // this and the next are ours: diffusers refuses them
            "mean", Prediction.MEAN);

    static final Map<String, LearnedVariance> LEARNED = Map.of(
            "learned", LearnedVariance.VALUE,
            "learned_range", LearnedVariance.RANGE,
            "learned_log", LearnedVariance.LOG); // ours: diffusers refuses it

    /** Diffusers' word for one of ours, if it has one. */
    static <T> Optional<String> word(Map<String, T> words, T ours) {
        return words.entrySet().stream()
                .filter(entry -> entry.getValue().equals(ours))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The betas themselves, where they were given so or their curve has no word. */
    static Optional<List<Double>> writtenOut(BetaSchedule betas) {
        if (betas.explicit().isEmpty() && CURVES.containsValue(betas.curve())) {
            return Optional.empty();
        }
        DiscreteSchedule plain = betas.withoutZeroTerminalSnr().table(); // diffusers rescales what it reads
        return Optional.of(
                IntStream.range(0, plain.steps()).mapToObj(plain::beta).toList());
    }

    /** The variance-preserving process of the betas, for a class with these defaults. */
    DiscreteProcess process(String curve, double start, double end) {
        return new DiscreteProcess(new BetaSchedule(
                        word("beta_schedule", curve, CURVES),
                        number("beta_start", start),
                        number("beta_end", end),
                        integer("num_train_timesteps", 1000),
                        flag("rescale_betas_zero_snr", false),
                        numbers("trained_betas"))
                .table());
    }

    /** The same, where zero terminal SNR leaves the last timestep a little signal: alphaBar is 2⁻²⁴, so that sigma/alpha is finite. */
    DiscreteProcess processWithSignal(String curve, double start, double end) {
        DiscreteProcess process = process(curve, start, end);
        DiscreteSchedule table = process.table();
        int last = table.steps() - 1;
        if (table.alphaBar(last) > 0) {
            return process;
        }
        double[] betas = IntStream.rangeClosed(0, last).mapToDouble(table::beta).toArray();
        betas[last] = 1 - LITTLE_SIGNAL / table.alphaBar(last - 1);
        return new DiscreteProcess(DiscreteSchedule.ofBetas(betas));
    }

    OutputMeaning meaning() {
        return new OutputMeaning(
                word("prediction_type", "epsilon", PREDICTIONS), LEARNED.get(String.valueOf(map.get("variance_type"))));
    }

    int integer(String key, int preset) {
        Object value = valueOr(key, preset);
        if (value instanceof Number number && number.doubleValue() == number.intValue()) {
            if (number.intValue() > MOST) {
                throw new FormatException(source + ": '" + key + "' must be at most " + MOST + ", was " + value);
            }
            return number.intValue();
        }
        throw wrong(key, "an integer", value);
    }

    double number(String key, double preset) {
        Object value = valueOr(key, preset);
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(key, "a number", value);
    }

    boolean flag(String key, boolean preset) {
        Object value = valueOr(key, preset);
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(key, "true or false", value);
    }

    /** What diffusers' word means. */
    <T> T word(String key, String preset, Map<String, T> words) {
        Object value = valueOr(key, preset);
        if (!(value instanceof String word)) {
            throw wrong(key, "a text", value);
        }
        T meaning = words.get(word);
        if (meaning == null) {
            throw new FormatException(
                    source + ": " + key + " '" + word + "' is not known; " + DidYouMean.among(word, words.keySet()));
        }
        return meaning;
    }

    /** A list of numbers; empty if it is missing or null. */
    List<Double> numbers(String key) {
        Object value = map.get(key);
        List<?> list = value == null ? List.of() : value instanceof List<?> several ? several : List.of(value);
        return list.stream()
                .map(each -> {
                    if (each instanceof Number number) {
                        return number.doubleValue();
                    }
                    throw wrong(key, "a list of numbers", each);
                })
                .toList();
    }

    private @Nullable Object valueOr(String key, Object preset) {
        return map.containsKey(key) ? map.get(key) : preset;
    }

    private FormatException wrong(String key, String kind, @Nullable Object found) {
        return new FormatException(source + ": '" + key + "' must be " + kind + ", was "
                + (found instanceof String ? "the text " : "") + found);
    }
}
