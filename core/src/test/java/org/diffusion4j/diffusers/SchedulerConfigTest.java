package org.diffusion4j.diffusers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.chain.ConsistencyMultistep;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.DiscreteSchedule;
import org.diffusion4j.schedule.SigmoidShape;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("scheduler_config.json")
class SchedulerConfigTest {

    @Test
    void of_an_old_folder_takes_the_defaults_of_diffusers() {
        SchedulerConfig config = SchedulerConfig.fromMap(
                Map.of(
                        "_class_name", "DDPMScheduler",
                        "_diffusers_version", "0.1.1",
                        "beta_schedule", "linear",
                        "clip_sample", true,
                        "variance_type", "fixed_large"),
                "scheduler_config.json");

        assertThat(table(config).alphaBar(999))
                .isEqualTo(BetaSchedule.ddpm().table().alphaBar(999));
        assertThat(config.meaning().prediction()).isEqualTo(Prediction.EPS);
        assertThat(config.sampler()).isEqualTo(new Ddpm(ReverseVariance.FIXED_LARGE));
    }

    @Test
    void keeps_every_key_as_it_was_read() {
        Map<String, Object> keys = new HashMap<>(
                Map.of("_class_name", "DDIMScheduler", "invented_later", List.of(1, "a"), "steps_offset", 1));
        keys.put("trained_betas", null);

        SchedulerConfig config = SchedulerConfig.fromMap(keys, "scheduler_config.json");

        assertThat(config.toMap()).isEqualTo(keys);
        assertThat(config.grid(10).time(9)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void written_for_our_betas_and_read_again_gives_the_same_table(BetaCurve curve) {
        BetaSchedule ours = new BetaSchedule(curve, 1e-4, 0.02, 200).withZeroTerminalSnr();

        SchedulerConfig read =
                SchedulerConfig.fromMap(SchedulerConfig.ddpm(ours, Prediction.V).toMap(), "test");

        assertThat(read.meaning().prediction()).isEqualTo(Prediction.V);
        for (int t = 0; t < 200; t++) {
            assertThat(table(read).alphaBar(t)).isEqualTo(ours.table().alphaBar(t), within(1e-15));
        }
    }

    @Test
    void curves_of_another_shape_are_written_out_for_which_diffusers_has_no_word() {
        for (BetaSchedule ours :
                List.of(BetaSchedule.cosine(50, 0.02), BetaSchedule.sigmoid(50, new SigmoidShape(-1, 2, 0.5)))) {
            SchedulerConfig read = SchedulerConfig.fromMap(
                    SchedulerConfig.ddpm(ours, Prediction.EPS).toMap(), "test");

            assertThat(IntStream.range(0, 50).mapToDouble(table(read)::beta))
                    .containsExactly(
                            IntStream.range(0, 50).mapToObj(ours.table()::beta).toArray(Double[]::new));
        }
    }

    @Test
    void log_linear_levels_go_from_the_whole_tables_last_to_its_first_in_equal_ratios() {
        SchedulerConfig config = SchedulerConfig.fromMap(
                Map.of("_class_name", "EulerDiscreteScheduler", "interpolation_type", "log_linear"), "test");
        DiscreteSchedule table = BetaSchedule.ddpm().table();
        double most = Math.sqrt(1 / table.alphaBar(999) - 1);
        double least = Math.sqrt(1 / table.alphaBar(0) - 1);

        DiffusionProcess process = config.process(4);
        TimeGrid grid = config.grid(4);

        for (int i = 0; i < 4; i++) {
            assertThat(process.noiseToSignal(grid.time(i)))
                    .isCloseTo(most * Math.pow(least / most, i / 4.0), withinPercentage(1e-6));
            assertThat(process.networkTime(grid.time(i))).isEqualTo(999 - i * 333, within(1e-9)); // linspace, as told
        }
        assertThat(process.noiseToSignal(grid.next(3))).isCloseTo(least, withinPercentage(1e-6));
    }

    @Test
    void explicit_betas_survive() {
        BetaSchedule ours = new BetaSchedule(BetaCurve.LINEAR, 1e-4, 0.02, 3, false, List.of(0.1, 0.2, 0.3));

        Map<String, ?> written = SchedulerConfig.ddpm(ours, Prediction.X0).toMap();

        assertThat(written.get("prediction_type")).isEqualTo("sample");
        SchedulerConfig read = SchedulerConfig.fromMap(written, "test");
        assertThat(IntStream.range(0, 3).mapToObj(table(read)::beta).toList()).isEqualTo(ours.explicit());
    }

    @Test
    void a_flow_is_shifted_by_a_factor_of_noise_to_signal() {
        TimeGrid plain = SchedulerConfig.fromMap(Map.of("_class_name", "FlowMatchEulerDiscreteScheduler"), "m.json")
                .gridOfLevels(1, 0.5, 0.2);
        TimeGrid shifted = SchedulerConfig.fromMap(
                        Map.of("_class_name", "FlowMatchEulerDiscreteScheduler", "shift", 3), "m.json")
                .gridOfLevels(1, 0.5, 0.2);

        assertThat(plain.times()).containsExactly(1, 0.5, 0.2);
        assertThat(shifted.time(0)).isEqualTo(1);
        assertThat(shifted.time(1)).isCloseTo(0.75, within(1e-15)); // 3 : 1
        assertThat(shifted.time(2) / (1 - shifted.time(2))).isCloseTo(3 * 0.25, within(1e-15));
    }

    @Test
    void distilled_models_walk_timesteps_of_their_distillation() {
        SchedulerConfig lcm = SchedulerConfig.fromMap(Map.of("_class_name", "LCMScheduler"), "m.json");

        assertThat(lcm.grid(4).times()).containsExactly(999, 759, 499, 259); // every 20th of 1000
        assertThat(lcm.sampler()).isEqualTo(new ConsistencyMultistep());
    }

    @Test
    void what_a_class_cannot_do_is_refused_with_the_reason() {
        refused(
                Map.of("_class_name", "EulerDiscreteScheduler", "use_karras_sigmas", true, "use_beta_sigmas", true),
                "m.json: only one of");
        refused(
                Map.of("_class_name", "EulerDiscreteScheduler", "interpolation_type", "cubic"),
                "m.json: interpolation_type 'cubic' is not known");
        refused(
                Map.of("_class_name", "DEISMultistepScheduler", "algorithm_type", "sde-dpmsolver++"),
                "m.json: algorithm_type 'sde-dpmsolver++' is not known");
        refused(
                Map.of("_class_name", "DPMSolverMultistepInverseScheduler", "use_flow_sigmas", true),
                "m.json: on the way to noise use_flow_sigmas cannot be read");
        refused(
                Map.of("_class_name", "FlowMatchEulerDiscreteScheduler", "invert_sigmas", true),
                "m.json: invert_sigmas is not known: its flow runs from 0 to 1");
        assertThatThrownBy(() -> SchedulerConfig.fromMap(Map.of("_class_name", "LCMScheduler"), "m.json")
                        .grid(51))
                .hasMessage("a model distilled from 50 steps takes at most 50 at strength 1.0, not 51");
        assertThatThrownBy(() -> SchedulerConfig.fromMap(Map.of("_class_name", "EDMEulerScheduler"), "m.json")
                        .gridOf(9, 5))
                .hasMessage("timesteps of one's own are those of a table; choose noise levels");
    }

    @Test
    void values_of_the_wrong_type_and_unknown_words_are_refused_with_the_file() {
        refused("beta_start", "small", "m.json: 'beta_start' must be a number, was the text small");
        refused("num_train_timesteps", 10.5, "m.json: 'num_train_timesteps' must be an integer, was 10.5");
        refused("thresholding", 1, "m.json: 'thresholding' must be true or false, was 1");
        refused("beta_schedule", 3, "m.json: 'beta_schedule' must be a text, was 3");
        refused("trained_betas", List.of("a"), "m.json: 'trained_betas' must be a list of numbers, was the text a");
        refused("prediction_type", "v", "m.json: prediction_type 'v' is not known;");
        refused("_class_name", "DDPMSchedular", "m.json: _class_name 'DDPMSchedular' is not known; did you mean");
        refused("beta_end", 2, "m.json: betas need 0 < betaStart <= betaEnd < 1");
    }

    @Test
    void a_number_that_is_not_finite_is_refused_and_not_replaced() {
        refused("beta_end", Double.NaN, "m.json: 'beta_end' must be a finite number, was NaN");
        refused("beta_start", Double.POSITIVE_INFINITY, "m.json: 'beta_start' must be a finite number, was Infinity");
        Map<String, ?> none =
                Map.of("_class_name", "DPMSolverMultistepScheduler", "lambda_min_clipped", Double.NEGATIVE_INFINITY);
        assertThat(SchedulerConfig.fromMap(none, "m.json").toMap()).containsOnlyKeys("_class_name");
    }

    @Test
    void the_old_spelling_of_x0_prediction_is_followed() {
        assertThat(prediction(Map.of("predict_epsilon", false))).isEqualTo(Prediction.X0);
        assertThat(prediction(Map.of("predict_epsilon", true))).isEqualTo(Prediction.EPS);
        assertThat(prediction(Map.of("predict_epsilon", false, "prediction_type", "sample")))
                .isEqualTo(Prediction.X0);
        refused(
                Map.of("predict_epsilon", false, "prediction_type", "epsilon"),
                "m.json: predict_epsilon is false and prediction_type 'epsilon': they contradict each other");
    }

    private static Prediction prediction(Map<String, ?> keys) {
        return SchedulerConfig.fromMap(keys, "m.json").meaning().prediction();
    }

    @Test
    void keys_that_mean_nothing_to_the_class_are_named() {
        Map<String, Object> keys = new HashMap<>(SchedulerConfig.ddpm().toMap());
        assertThat(SchedulerConfig.fromMap(keys, "m.json").passedOver()).isEmpty();
        keys.putAll(Map.of("prediction_typ", "v_prediction", "skip_prk_steps", true, "_private", 1));
        assertThat(SchedulerConfig.fromMap(keys, "m.json").passedOver())
                .containsExactly("prediction_typ (did you mean prediction_type?)", "skip_prk_steps");
    }

    private static void refused(String key, Object value, String message) {
        refused(Map.of(key, value), message);
    }

    private static void refused(Map<String, ?> keys, String message) {
        assertThatThrownBy(() -> SchedulerConfig.fromMap(keys, "m.json"))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(message);
    }

    private static DiscreteSchedule table(SchedulerConfig config) {
        return ((DiscreteProcess) config.process()).table();
    }
}
