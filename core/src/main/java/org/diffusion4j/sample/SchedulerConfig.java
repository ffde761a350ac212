package org.diffusion4j.sample;

import static java.util.Objects.requireNonNull;
import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.jspecify.annotations.Nullable;

/**
 * What {@code scheduler_config.json} says, in diffusers' keys (in camelCase) and words, and what that means in ours. The one place
 * that knows the foreign words.
 *
 * @param className {@code DDPMScheduler} or {@code DDIMScheduler}; the file's {@code _class_name}
 * @param numTrainTimesteps T
 * @param betaSchedule {@code linear}, {@code scaled_linear}, {@code squaredcos_cap_v2} or {@code sigmoid}
 * @param trainedBetas the betas themselves, or null for those of {@code betaSchedule}
 * @param varianceType of DDPM: {@code fixed_small}, {@code fixed_small_log} (the same in sampling) or {@code fixed_large}
 * @param clipSample whether x0 is clipped to ±{@code clipSampleRange}; not where {@code thresholding} is on
 * @param setAlphaToOne of DDIM: whether the last step ends at the clean sample, or else at timestep 0
 * @param stepsOffset added to the timesteps of leading spacing
 * @param predictionType {@code epsilon}, {@code sample} or {@code v_prediction}
 * @param thresholding whether x0 is thresholded dynamically, at the quantile {@code dynamicThresholdingRatio} of |x0|, between 1 and
 *     {@code sampleMaxValue}
 * @param timestepSpacing {@code leading}, {@code trailing} or {@code linspace}
 * @param rescaleBetasZeroSnr whether the betas are rescaled to zero terminal SNR
 */
public record SchedulerConfig(
        String className,
        int numTrainTimesteps,
        double betaStart,
        double betaEnd,
        String betaSchedule,
        @Nullable List<Double> trainedBetas,
        String varianceType,
        boolean clipSample,
        boolean setAlphaToOne,
        int stepsOffset,
        String predictionType,
        boolean thresholding,
        double dynamicThresholdingRatio,
        double clipSampleRange,
        double sampleMaxValue,
        String timestepSpacing,
        boolean rescaleBetasZeroSnr) {

    private static final String DDPM = "DDPMScheduler";
    private static final String DDIM = "DDIMScheduler";

    private static final Map<String, BetaCurve> CURVES = Map.of(
            "linear", BetaCurve.LINEAR,
            "scaled_linear", BetaCurve.SCALED_LINEAR,
            "squaredcos_cap_v2", BetaCurve.COSINE,
            "sigmoid", BetaCurve.SIGMOID);
    private static final Map<String, Prediction> PREDICTIONS =
            Map.of("epsilon", Prediction.EPS, "sample", Prediction.X0, "v_prediction", Prediction.V);
    private static final Map<String, ReverseVariance> VARIANCES = Map.of(
            "fixed_small", ReverseVariance.FIXED_SMALL,
            "fixed_small_log", ReverseVariance.FIXED_SMALL,
            "fixed_large", ReverseVariance.FIXED_LARGE);

    public SchedulerConfig {
        known("_class_name", className, Set.of(DDPM, DDIM));
        known("beta_schedule", betaSchedule, CURVES.keySet());
        known("prediction_type", predictionType, PREDICTIONS.keySet());
        known("variance_type", varianceType, VARIANCES.keySet());
        known("timestep_spacing", timestepSpacing, Set.of("leading", "trailing", "linspace"));
        trainedBetas = trainedBetas == null ? null : List.copyOf(trainedBetas);
    }

    /** The defaults of diffusers for a DDPM: linear betas, eps, x0 clipped to [−1, 1], small variance. */
    public static SchedulerConfig ddpm() {
        return new SchedulerConfig(
                DDPM,
                1000,
                1e-4,
                0.02,
                "linear",
                null,
                "fixed_small",
                true,
                true,
                0,
                "epsilon",
                false,
                0.995,
                1,
                1,
                "leading",
                false);
    }

    /** What to write for a model of ours, otherwise as {@link #ddpm}. */
    public static SchedulerConfig ddpm(BetaSchedule betas, Prediction prediction) {
        double scale =
                betas.curve() == BetaCurve.IDDPM_LINEAR ? 1000.0 / betas.steps() : 1; // diffusers has no name for it
        BetaCurve curve = betas.curve() == BetaCurve.IDDPM_LINEAR ? BetaCurve.LINEAR : betas.curve();
        Map<String, Object> ours = new TreeMap<>(Map.of(
                "num_train_timesteps", betas.steps(),
                "beta_start", scale * betas.betaStart(),
                "beta_end", scale * betas.betaEnd(),
                "beta_schedule", wordFor(curve, CURVES),
                "prediction_type", wordFor(prediction, PREDICTIONS),
                "rescale_betas_zero_snr", betas.zeroTerminalSnr()));
        if (!betas.explicit().isEmpty()) {
            ours.put("trained_betas", betas.explicit());
        }
        return Records.SNAKE_CASE.read(ddpm(), ours, "scheduler");
    }

    /**
     * Reads {@code scheduler_config.json}; missing keys take diffusers' defaults.
     *
     * @param source where the map comes from, for messages
     * @throws FormatException if a key is not known, or a value has the wrong type or is refused
     */
    public static SchedulerConfig fromMap(Map<String, ?> diffusersConfig, String source) {
        Map<String, @Nullable Object> keys = new TreeMap<>(diffusersConfig);
        keys.put("class_name", diffusersConfig.containsKey("_class_name") ? diffusersConfig.get("_class_name") : DDPM);
        return Records.SNAKE_CASE.read(ddpm(), keys, source);
    }

    /** Diffusers' keys and values in alphabetical order, as {@code scheduler_config.json} has them. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = Records.SNAKE_CASE.write(this);
        map.put("_class_name", map.remove("class_name"));
        map.remove(className.equals(DDPM) ? "set_alpha_to_one" : "variance_type"); // each has the keys of its class
        return map;
    }

    /** The betas. */
    public BetaSchedule betas() {
        return new BetaSchedule(
                requireNonNull(CURVES.get(betaSchedule)),
                betaStart,
                betaEnd,
                numTrainTimesteps,
                rescaleBetasZeroSnr,
                trainedBetas == null ? List.of() : trainedBetas);
    }

    /** The process of these betas. */
    public DiscreteProcess process() {
        return new DiscreteProcess(betas().table());
    }

    /** What the network's output means. */
    public Prediction prediction() {
        return requireNonNull(PREDICTIONS.get(predictionType));
    }

    /** The grid of n steps that diffusers' scheduler of this class walks, with its quirks. */
    public TimeGrid grid(int steps) {
        TimeGrid grid = Spacing.named(timestepSpacing).grid(steps, numTrainTimesteps);
        if (timestepSpacing.equals("leading")) {
            grid = grid.shifted(stepsOffset, numTrainTimesteps);
        }
        return className.equals(DDPM)
                ? grid
                : grid.endingAt(setAlphaToOne ? TimeGrid.CLEAN : 0).withStride(numTrainTimesteps / steps);
    }

    /** The sampler of this class: ancestral, or DDIM with {@code eta = 0}. */
    public Sampler sampler() {
        return className.equals(DDPM) ? new Ddpm(requireNonNull(VARIANCES.get(varianceType))) : new Ddim(0);
    }

    /** The model with its x0 clipped or thresholded, if the file says so. */
    public Denoiser limited(Denoiser model, EpsAfterClipping eps) {
        if (thresholding) {
            return new Thresholded(model, dynamicThresholdingRatio, sampleMaxValue, eps);
        }
        return clipSample ? new Clipped(model, clipSampleRange, eps) : model;
    }

    private static void known(String key, String word, Set<String> words) {
        require(words.contains(word), "%s '%s' is not known; %s", key, word, DidYouMean.among(word, words));
    }

    private static <T> String wordFor(T ours, Map<String, T> words) {
        return words.entrySet().stream()
                .filter(entry -> entry.getValue().equals(ours))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("diffusers has no word for " + ours));
    }
}
