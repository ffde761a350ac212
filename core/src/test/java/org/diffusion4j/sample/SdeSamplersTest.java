package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.FlowMatching;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.process.continuous.GeometricExploding;
import org.diffusion4j.sample.sde.AnnealedLangevin;
import org.diffusion4j.sample.sde.Corrector;
import org.diffusion4j.sample.sde.DormandPrince;
import org.diffusion4j.sample.sde.NormScope;
import org.diffusion4j.sample.sde.Predictor;
import org.diffusion4j.sample.sde.PredictorCorrector;
import org.diffusion4j.sample.sde.ProbabilityFlow;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.Heun;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Samplers of the SDE")
class SdeSamplersTest {

    private static final DiscreteProcess CHAIN =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private static final Denoiser MODEL = new ExactDenoiser(CHAIN, 0.8, 0.3);
    private static final TimeGrid GRID = TimeGrid.ofTimesteps(999, 850, 620, 400, 210, 60, 0);
    private static final int ALL = 64;

    static Stream<Sampler> samplers() {
        return Stream.of("pc", "em", "reverse-diffusion", "edm", "langevin")
                .map(name -> SampleSettings.of(name, 7).make());
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void draw_from_a_seed_the_same_sample_in_a_batch_of_1_of_7_and_of_64(Sampler sampler) {
        double[] together = draw(sampler, MODEL, GRID, 0, ALL);
        for (int batch : new int[] {1, 7}) {
            double[] apart = IntStream.iterate(0, i -> i < ALL, i -> i + batch)
                    .mapToObj(i -> draw(sampler, MODEL, GRID, i, Math.min(batch, ALL - i)))
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
            assertThat(apart).as("in batches of %s", batch).isEqualTo(together);
        }
    }

    @Test
    void with_the_norm_of_the_batch_are_those_of_the_authors_and_say_that_they_mix_samples() {
        Sampler mixing = SampleSettings.of("pc", 7).withOption("norm", "batch").make();
        assertThat(mixing.dependsOnBatch()).isTrue();
        assertThat(draw(mixing, MODEL, GRID, 0, 1)).isNotEqualTo(Arrays.copyOf(draw(mixing, MODEL, GRID, 0, 2), 4));
        assertThat(SampleSettings.of("pc", 7).make().dependsOnBatch()).isFalse();
        assertThat(SampleSettings.of("ode", 7).make().dependsOnBatch()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void draw_the_same_on_two_threads_at_once(Sampler sampler) throws Exception {
        double[] alone = draw(sampler, MODEL, GRID, 0, 8);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<double[]>> both = new ArrayList<>();
            for (int k = 0; k < 2; k++) {
                both.add(threads.submit(() -> draw(sampler, MODEL, GRID, 0, 8)));
            }
            for (Future<double[]> each : both) {
                assertThat(each.get()).isEqualTo(alone);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void end_when_they_are_cancelled() {
        Stream.concat(samplers(), Stream.of(new ProbabilityFlow(new DormandPrince())))
                .forEach(sampler -> {
                    Cancellation cancellation = new Cancellation();
                    SampleListener cancelling = step -> cancellation.cancel();
                    try (Cancellation.Scope open = cancellation.open()) {
                        assertThatThrownBy(() -> draw(sampler, MODEL, GRID, 0, 2, cancelling))
                                .isInstanceOf(CancellationException.class);
                    }
                });
    }

    @Test
    void stay_in_float32_where_the_start_is() {
        Libtorch.start();
        Stream.concat(samplers(), Stream.of(new ProbabilityFlow(new DormandPrince(1e-3, 1e-3, NormScope.SAMPLE))))
                .forEach(sampler -> {
                    try (PointerScope scope = new PointerScope();
                            Tensor end = sampler.sample(
                                    MODEL,
                                    GRID,
                                    torch.ones(2, 4),
                                    new SeededNoise(1, 0),
                                    step -> assertThat(step.x().scalar_type().intern())
                                            .isEqualTo(ScalarType.Float))) {
                        assertThat(end.scalar_type().intern()).isEqualTo(ScalarType.Float);
                    }
                });
    }

    @Test
    void walk_each_level_of_langevin_dynamics_as_often_as_it_has_steps_and_then_denoise() {
        List<Double> times = new ArrayList<>();
        draw(new AnnealedLangevin(0.1, 3), MODEL, GRID, 0, 1, step -> times.add(step.t()));
        assertThat(times)
                .hasSize(3 * 7 + 1)
                .startsWith(999.0, 999.0, 850.0, 850.0)
                .endsWith(0.0, 0.0, 0.0, -1.0);
    }

    @Test
    void without_noise_in_the_last_step_end_with_its_mean() {
        TimeGrid above = TimeGrid.of(new double[] {500}, 100);
        Sampler mean = new PredictorCorrector(Predictor.REVERSE_DIFFUSION, Corrector.NONE, false);
        Sampler noisy = new PredictorCorrector(Predictor.REVERSE_DIFFUSION, Corrector.NONE, true);
        double[] difference = draw(noisy, MODEL, above, 0, 1);
        double[] expected = draw(mean, MODEL, above, 0, 1);
        double[] z;
        try (PointerScope scope = new PointerScope()) {
            z = Tensors.toArray(new SeededNoise(1, 0).draw(1, Tensors.of(new double[4], 1, 4)));
        }
        double deviation = CHAIN.forward(500, 100).deviation();
        for (int i = 0; i < 4; i++) {
            assertThat(difference[i]).isCloseTo(expected[i] + deviation * z[i], within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pc | snr | 0 | option snr must be a number from 1.0E-12 to 10, was '0'",
                "pc | predictor | euler | option predictor must be one of euler-maruyama, reverse-diffusion, reverse-diffusion-ode, ancestral, "
                        + "ancestral-large, none, was 'euler'",
                "pc | corrector-steps | -1 | option corrector-steps must be a whole number from 0 to 1000, was '-1'",
                "ode | relative | 0 | option relative must be a number from 1.0E-12 to 1, was '0'",
                "ode | absolute | -1 | option absolute must be a number from 1.0E-12 to 1, was '-1'",
                "langevin | share | 0 | option share must be a number from 1.0E-12 to 1, was '0'",
                "em | snr | 0.2 | sampler em has no options, but option [snr] is set"
            })
    void refuse_options_in_one_line(String sampler, String option, String value, String message) {
        assertThatThrownBy(() -> SampleSettings.of(sampler, 7).withOption(option, value))
                .hasMessage(message);
    }

    @Test
    void refuse_in_java_what_options_refuse() {
        assertThatThrownBy(() -> new Corrector(Corrector.Rule.ALD, 0, 1, NormScope.SAMPLE))
                .hasMessage("snr must be above 0, was 0.0");
        assertThatThrownBy(() -> new DormandPrince(0, 1, NormScope.SAMPLE))
                .hasMessage("the relative tolerance must be above 0, was 0.0");
        assertThatThrownBy(() -> new DormandPrince(1, -1, NormScope.SAMPLE))
                .hasMessage("the absolute tolerance must be above 0, was -1.0");
        assertThatThrownBy(() -> new AnnealedLangevin(0, 1)).hasMessage("the share of a step must be above 0, was 0.0");
        assertThatThrownBy(() -> SampleSettings.of("pc", 7)
                        .withOption("corrector-steps", 0)
                        .withOption("snr", 0.2)
                        .requireAsked())
                .hasMessageContaining("option snr of pc changes nothing");
    }

    @Test
    void say_where_the_process_has_no_signal_left() {
        Denoiser flow = new ExactDenoiser(new FlowMatching(1), 0.8, 0.3);
        TimeGrid fromNoise = TimeGrid.of(new double[] {1, 0.5}, 0);
        for (String name : new String[] {"em", "langevin"}) {
            assertThatThrownBy(() -> draw(SampleSettings.of(name, 2).make(), flow, fromNoise, 0, 1))
                    .hasMessageStartingWith("at time 1.0 there is no signal left, ")
                    .hasMessageContaining("begin the grid a little later");
        }
    }

    @Test
    void say_where_the_output_of_a_model_is_no_number() {
        Denoiser broken = new Denoiser() {
            @Override
            public DiffusionProcess process() {
                return new VariancePreserving();
            }

            @Override
            public Denoised at(Tensor x, double t) {
                Tensor none = x.mul(new Scalar(Double.NaN));
                return new Denoised(none, none);
            }
        };
        assertThatThrownBy(() -> draw(
                        new ProbabilityFlow(new DormandPrince()), broken, TimeGrid.of(new double[] {1}, 0.1), 0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("check that the model's output is finite there");
    }

    @Test
    void edm_is_heun_with_the_churn_of_its_paper() {
        assertThat(SampleSettings.of("edm", 7).make()).isEqualTo(new Heun(new Churn(40, 0.05, 50, 1.003)));
    }

    @Test
    void a_model_of_timesteps_is_asked_in_continuous_time_and_the_other_way_round() {
        GeometricExploding ve = new GeometricExploding(0.01, 50);
        Denoiser there = MODEL.in(ve);
        Denoiser back = there.in(CHAIN);
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.of(new double[] {0.3, -0.4, 1.2}, 1, 3);
            for (double t : new double[] {0, 17, 321.5, 800}) {
                assertThat(Tensors.toArray(back.at(x, t).x0()))
                        .containsExactly(Tensors.toArray(MODEL.at(x, t).x0()), within(1e-9));
            }
        }
    }

    private static double[] draw(Sampler sampler, Denoiser model, TimeGrid grid, int first, int batch) {
        return draw(sampler, model, grid, first, batch, SampleListener.NONE);
    }

    private static double[] draw(
            Sampler sampler, Denoiser model, TimeGrid grid, int first, int batch, SampleListener listener) {
        try (PointerScope scope = new PointerScope()) {
            NoiseStream noise = new SeededNoise(1, first);
            Tensor start = noise.draw(NoiseStream.START, Tensors.of(new double[4 * batch], batch, 4));
            try (Tensor end = sampler.sample(model, grid, start, noise, listener)) {
                return Tensors.toArray(end);
            }
        }
    }
}
