package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
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

        assertThat(config.betas()).isEqualTo(BetaSchedule.ddpm());
        assertThat(config.prediction()).isEqualTo(Prediction.EPS);
        assertThat(config.sampler()).isEqualTo(new Ddpm(ReverseVariance.FIXED_LARGE));
    }

    @Test
    void has_exactly_the_keys_of_its_class() {
        assertThat(SchedulerConfig.ddpm().toMap().keySet())
                .containsExactly(
                        "_class_name",
                        "beta_end",
                        "beta_schedule",
                        "beta_start",
                        "clip_sample",
                        "clip_sample_range",
                        "dynamic_thresholding_ratio",
                        "num_train_timesteps",
                        "prediction_type",
                        "rescale_betas_zero_snr",
                        "sample_max_value",
                        "steps_offset",
                        "thresholding",
                        "timestep_spacing",
                        "trained_betas",
                        "variance_type");
        assertThat(SchedulerConfig.fromMap(Map.of("_class_name", "DDIMScheduler"), "test")
                        .toMap())
                .containsKey("set_alpha_to_one")
                .doesNotContainKey("variance_type");
    }

    @ParameterizedTest
    @EnumSource
    void written_for_our_betas_and_read_again_gives_the_same_table(BetaCurve curve) {
        BetaSchedule ours = new BetaSchedule(curve, 1e-4, 0.02, 200).withZeroTerminalSnr();

        SchedulerConfig read =
                SchedulerConfig.fromMap(SchedulerConfig.ddpm(ours, Prediction.V).toMap(), "test");

        assertThat(read.prediction()).isEqualTo(Prediction.V);
        for (int t = 0; t < 200; t++) {
            assertThat(read.process().table().alphaBar(t))
                    .isEqualTo(ours.table().alphaBar(t), within(1e-15));
        }
    }

    @Test
    void explicit_betas_survive() {
        BetaSchedule ours = new BetaSchedule(BetaCurve.LINEAR, 1e-4, 0.02, 3, false, List.of(0.1, 0.2, 0.3));

        Map<String, ?> written = SchedulerConfig.ddpm(ours, Prediction.X0).toMap();

        assertThat(written.get("prediction_type")).isEqualTo("sample");
        assertThat(SchedulerConfig.fromMap(written, "test").betas()).isEqualTo(ours);
    }

    @Test
    void unknown_keys_and_words_are_refused_with_the_file() {
        assertThatThrownBy(() -> SchedulerConfig.fromMap(Map.of("beta_strat", 0.1), "m/scheduler_config.json"))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(
                        "m/scheduler_config.json: key 'beta_strat' is not known; did you mean 'beta_start'?");
        assertThatThrownBy(() -> SchedulerConfig.fromMap(Map.of("prediction_type", "v"), "m/scheduler_config.json"))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("m/scheduler_config.json: prediction_type 'v' is not known;")
                .hasMessageContaining("v_prediction");
        assertThatThrownBy(() ->
                        SchedulerConfig.fromMap(Map.of("_class_name", "PNDMScheduler"), "m/scheduler_config.json"))
                .hasMessageStartingWith("m/scheduler_config.json: _class_name 'PNDMScheduler' is not known;");
    }
}
