package org.diffusion4j.diffusers;

import static org.diffusion4j.engine.Require.require;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.Spacing;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a {@code scheduler_config.json} by type, and those that nearly all classes share. The one place that knows the
 * foreign words. It remembers which keys were asked for, so that the others can be named. Not thread-safe.
 */
final class SchedulerKeys {

    private static final int MOST = 1_000_000; // timesteps; anything else is less

    private static final double LITTLE_SIGNAL = 0x1p-24;

    /** Diffusers' -Infinity for "none". */
    private static final String CLIPPED_LAMBDA = "lambda_min_clipped";

    /** What some classes have and no picture depends on, here as in diffusers. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "timestep_spacing", // of schedulers that have timesteps of their own, as the next two
            "steps_offset",
            "set_alpha_to_one",
            "num_train_timesteps", // where the time is a noise level
            "base_image_seq_len", // these three only scale base_shift
            "max_image_seq_len",
            "max_shift",
            "flow_shift", // these four where there is no flow
            "shift_terminal",
            "use_dynamic_shifting",
            "time_shift_type",
            "lambda_min_clipped", // where noise levels do not follow timesteps
            "timestep_scaling", // TCD's, which asks for the boundary of no consistency model
            "noise_sampler_seed",
            "tau_func");

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
            "score", Prediction.SCORE, // this and the next two are ours: diffusers refuses them
            "scaled_score", Prediction.SCALED_SCORE,
            "mean", Prediction.MEAN);

    static final Map<String, LearnedVariance> LEARNED = Map.of(
            "learned", LearnedVariance.VALUE,
            "learned_range", LearnedVariance.RANGE,
            "learned_log", LearnedVariance.LOG); // ours: diffusers refuses it

    static final Map<String, Spacing> SPACINGS =
            Map.of("leading", Spacing.LEADING, "trailing", Spacing.TRAILING, "linspace", Spacing.LINSPACE);

    private final Map<String, @Nullable Object> map;
    private final String source;
    private final Set<String> asked = new HashSet<>();

    /**
     * Keys as they were read.
     *
     * @param source where they come from, for messages
     * @throws FormatException if a number is not finite
     */
    SchedulerKeys(Map<String, @Nullable Object> map, String source) {
        this.map = map;
        this.source = source;
        map.forEach((key, value) -> {
            boolean none = key.equals(CLIPPED_LAMBDA)
                    && Double.valueOf(Double.NEGATIVE_INFINITY).equals(value);
            if (!none && value instanceof Double number && !Double.isFinite(number)) {
                throw wrong(key, "a finite number", value);
            }
        });
    }

    /** Of these keys those that nobody asked for, which therefore change nothing; in alphabetical order. */
    static List<String> passedOver(Set<String> keys, Set<String> followed) {
        return keys.stream()
                .filter(key -> !followed.contains(key) && !WITHOUT_EFFECT.contains(key) && !key.startsWith("_"))
                .sorted()
                .map(key -> DidYouMean.passedOver(key, followed))
                .toList();
    }

    /** The keys that were asked for so far. */
    Set<String> followed() {
        return Set.copyOf(asked);
    }

    /** Whether a key stands there; a key that is null does not. */
    boolean has(String key) {
        asked.add(key);
        return map.get(key) != null;
    }

    /** Refuses a file without the key. */
    void requireKey(String key, String who) {
        if (!has(key)) {
            throw new FormatException(source + ": " + who + " needs '" + key + "', which is missing");
        }
    }

    /** Diffusers' word for one of ours, if it has one. */
    static <T> Optional<String> word(Map<String, T> words, T ours) {
        return words.entrySet().stream()
                .filter(entry -> entry.getValue().equals(ours))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The betas themselves, where they were given so or their curve or its shape has no word. */
    static Optional<List<Double>> writtenOut(BetaSchedule betas) {
        if (betas.published() && CURVES.containsValue(betas.curve())) {
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
        return new OutputMeaning(prediction(), LEARNED.get(String.valueOf(value("variance_type"))));
    }

    /** By {@code prediction_type}, or as it was spelled before it: {@code predict_epsilon}, which is false for x0. */
    private Prediction prediction() {
        if (!has("predict_epsilon")) {
            return word("prediction_type", "epsilon", PREDICTIONS);
        }
        Prediction old = flag("predict_epsilon", true) ? Prediction.EPS : Prediction.X0;
        Prediction prediction = map.containsKey("prediction_type") ? word("prediction_type", "", PREDICTIONS) : old;
        require(
                prediction.equals(old),
                "predict_epsilon is %s and prediction_type '%s': they contradict each other; remove the wrong one",
                value("predict_epsilon"),
                value("prediction_type"));
        return prediction;
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
        Object value = value(key);
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

    /** Whatever stands there; null if it is missing. */
    @Nullable
    Object value(String key) {
        asked.add(key);
        return map.get(key);
    }

    private @Nullable Object valueOr(String key, Object preset) {
        asked.add(key);
        return map.containsKey(key) ? map.get(key) : preset;
    }

    private FormatException wrong(String key, String kind, @Nullable Object found) {
        return new FormatException(source + ": '" + key + "' must be " + kind + ", was "
                + (found instanceof String ? "the text " : "") + found);
    }

    /** Its {@code timestep_spacing} with its {@code steps_offset}. */
    OffsetSpacing spacing(String preset) {
        return new OffsetSpacing(
                word("timestep_spacing", preset, SPACINGS),
                integer("steps_offset", 0),
                integer("num_train_timesteps", 1000));
    }
}
