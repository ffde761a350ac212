package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.sample.sigma.Euler;
import org.diffusion4j.sample.sigma.Exploded;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A model folder of diffusers")
class PublishedDrawingTest {

    private static final double ROUNDING = 1e-4; // float32 eps · 1/alpha of the first step · magnitude, with room

    private static final int STEPS = 6;

    /** A network without classes that has learned nothing, with this scheduler. */
    static DiffusionModel model(Map<String, ?> scheduler) {
        return TinyModel.of(8, 0, SchedulerConfig.fromMap(scheduler, "scheduler_config.json"));
    }

    private static Map<String, Object> keys(String name, Map<String, ?> others) {
        Map<String, Object> keys = new HashMap<>(others);
        keys.put("_class_name", name);
        return keys;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DDPMScheduler",
                "DDIMScheduler",
                "PNDMScheduler",
                "EulerDiscreteScheduler",
                "EulerAncestralDiscreteScheduler",
                "HeunDiscreteScheduler",
                "KDPM2DiscreteScheduler",
                "LMSDiscreteScheduler",
                "DPMSolverSDEScheduler",
                "DPMSolverMultistepScheduler",
                "DPMSolverSinglestepScheduler",
                "DEISMultistepScheduler",
                "UniPCMultistepScheduler",
                "SASolverScheduler",
                "LCMScheduler",
                "TCDScheduler"
            })
    void is_drawn_by_the_scheduler_of_its_file_where_nothing_is_said(String name) {
        try (DiffusionModel model = model(keys(name, Map.of()));
                PointerScope scope = new PointerScope()) {
            SeededNoise noise = new SeededNoise(5, 0);
            SampleSettings settings = model.scheduler().settings(STEPS);
            assertThat(settings.sampler()).isEqualTo(name.equals("DDPMScheduler") ? "ddpm" : name);
            Tensor drawn = model.sample(settings, 2, List.of(), noise, SampleListener.NONE);

            assertThat(largest(drawn.sub(asInTheGoldenCases(model, noise)))).isLessThan(ROUNDING);
        }
    }

    /** In the scheduler's own coordinates, from {@code init_noise_sigma} on. */
    private static Tensor asInTheGoldenCases(DiffusionModel model, NoiseStream noise) {
        SchedulerConfig config = model.scheduler();
        TimeGrid grid = config.grid(STEPS);
        DiffusionProcess process = config.process(STEPS);
        Denoiser seen = new NetworkDenoiser(model.network(), process, config.meaning(), Condition.NONE);
        Denoiser own = config.inItsCoordinates(config.limited(seen, EpsAfterClipping.KEPT));
        boolean exploded = own instanceof Exploded; // whose timesteps are in linspace by default
        double sigma = exploded ? process.noiseToSignal(grid.time(0)) : 1;
        Tensor start = model.start(2, noise).mul(new Scalar(sigma));
        return config.sampler().sample(own, grid, start, noise, SampleListener.NONE);
    }

    private static double largest(Tensor difference) {
        return difference.abs().max().item_double();
    }

    @Test
    void says_the_variance_and_the_timesteps_of_samplers_of_ours() {
        Map<String, ?> ancestral = Map.of("variance_type", "fixed_large", "timestep_spacing", "linspace");
        try (DiffusionModel model = model(keys("DDPMScheduler", ancestral))) {
            assertThat(model.settings())
                    .isEqualTo(new SampleSettings(
                            "ddpm", 50, 0, EtaRule.DEVIATION, ReverseVariance.FIXED_LARGE, "linspace", 1));
            assertThat(model.settings("ddim"))
                    .isEqualTo(new SampleSettings(
                            "ddim", 50, 0, EtaRule.DEVIATION, ReverseVariance.FIXED_SMALL, "linspace", 1));
        }
        try (DiffusionModel model = model(keys("PNDMScheduler", Map.of("steps_offset", 1)))) {
            SampleSettings settings = model.settings("ddim");
            assertThat(settings.spacing()).isEqualTo("leading+1");
            assertThat(model.plan(settings).grid().times()).startsWith(981).endsWith(1);
        }
        try (DiffusionModel model = model(keys("EulerDiscreteScheduler", Map.of("use_karras_sigmas", true)))) {
            assertThat(model.settings().sampler()).isEqualTo("EulerDiscreteScheduler");
            assertThat(model.plan(model.settings()).sampler()).isEqualTo(new Euler());
            assertThat(model.plan(model.settings()).grid().times())
                    .isEqualTo(model.scheduler().grid(50).times());
        }
    }

    @Test
    void is_drawn_on_other_timesteps_and_with_noise_where_they_are_said() {
        try (DiffusionModel model = model(keys("DDIMScheduler", Map.of()))) {
            SampleSettings said = new SampleSettings(
                    "DDIMScheduler", 10, 0.5, EtaRule.DEVIATION, ReverseVariance.FIXED_SMALL, "trailing", 1);
            assertThat(model.plan(said).sampler()).isEqualTo(new Ddim(0.5));
            assertThat(model.plan(said).grid().time(0)).isEqualTo(999);
            refused(
                    model,
                    new SampleSettings(
                            "DDIMScheduler", 10, 0, EtaRule.DEVIATION, ReverseVariance.FIXED_SMALL, "quadratic", 1),
                    "DDIMScheduler has no spacing 'quadratic': choose leading, trailing or linspace,");
            refused(
                    model,
                    SampleSettings.of("EulerDiscreteScheduler", 10),
                    "the model's scheduler is DDIMScheduler, not EulerDiscreteScheduler; choose it,");
        }
        try (DiffusionModel model = model(keys("LCMScheduler", Map.of()))) {
            refused(
                    model,
                    new SampleSettings(
                            "LCMScheduler", 4, 0, EtaRule.DEVIATION, ReverseVariance.FIXED_SMALL, "leading", 1),
                    "LCMScheduler has timesteps of its own: omit the spacing,");
        }
        try (DiffusionModel model = model(keys("DDIMInverseScheduler", Map.of()))) {
            refused(model, model.settings(), "DDIMInverseScheduler goes from data to noise;");
        }
    }

    @Test
    void asks_for_noise_only_where_its_sampler_does() {
        for (String name : List.of("SASolverScheduler", "EulerDiscreteScheduler", "DDPMScheduler")) {
            assertThat(SampleSettings.of(name, 5).asksForEta()).as(name).isFalse();
        }
        assertThat(SampleSettings.of("DDIMScheduler", 5).asksForEta()).isTrue();
        assertThat(SampleSettings.of("DDPMScheduler", 5).asksForVariance()).isTrue();
    }

    private static void refused(DiffusionModel model, SampleSettings settings, String message) {
        assertThatThrownBy(() -> model.plan(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void refuses_an_offset_that_is_none() {
        for (String spacing : List.of("linspace+1", "leading+", "leading+-1", "leading+9999999999")) {
            assertThatThrownBy(() -> SampleSettings.ddim(5).withSpacing(spacing))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("there is no spacing '" + spacing + "'");
        }
    }
}
