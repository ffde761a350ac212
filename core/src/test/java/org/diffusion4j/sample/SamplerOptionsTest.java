package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.io.Json;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.chain.Tcd;
import org.diffusion4j.sample.lambda.DpmSolver;
import org.diffusion4j.sample.lambda.DpmSolverSinglestep;
import org.diffusion4j.sample.lambda.FinalOrders;
import org.diffusion4j.sample.lambda.FirstMoment;
import org.diffusion4j.sample.lambda.Integrand;
import org.diffusion4j.sample.lambda.UniPc;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.DpmPlusPlusSde;
import org.diffusion4j.sample.sigma.Heun;
import org.diffusion4j.sample.sigma.Lms;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.NoiseSpacing;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Options of samplers, and spacings")
class SamplerOptionsTest {

    private static final DiscreteProcess PROCESS =
            new DiscreteProcess(BetaSchedule.ddpm().table());

    private static SampleSettings of(String sampler, String option, Object value) {
        return SampleSettings.of(sampler, 10).withOption(option, value);
    }

    @Test
    void reach_the_sampler() {
        assertThat(of("heun", "churn", 40)
                        .withOption("noise", "1.003")
                        .withOption("tmin", 0.05)
                        .withOption("tmax", 50)
                        .make())
                .isEqualTo(new Heun(new Churn(40, 0.05, 50, 1.003)));
        assertThat(of("lms", "order", "2").make()).isEqualTo(new Lms(2));
        assertThat(of("dpm++-sde", "r", 0.25).withOption("eta", 0.5).make()).isEqualTo(new DpmPlusPlusSde(0.5, 0.25));
        assertThat(of("tcd", "gamma", 0.7).make()).isEqualTo(new Tcd(0.7));
        assertThat(of("dpm++-2m-sde", "tau", 0).make()).isEqualTo(DpmSolver.plusPlus(2));
        assertThat(of("unipc", "b", "bh1")
                        .withOption("correct-from", 3)
                        .withOption("last", "full")
                        .make())
                .isEqualTo(new UniPc(2, Integrand.X0, FirstMoment.FLAT, 3, FinalOrders.FULL));
        assertThat(of("dpm-solver-fast", "order", 2).make()).isEqualTo(new DpmSolverSinglestep(2, Integrand.EPS));
        assertThat(of("dpm++-2s", "tau", 1).make()).isEqualTo(new DpmSolverSinglestep(2, Integrand.X0).withTau(1));
    }

    /** By the mathematics of each. */
    @ParameterizedTest
    @CsvSource({
        "euler-ancestral, eta, euler",
        "kdpm2-ancestral, eta, kdpm2",
        "dpm++-2m-sde, tau, dpm++-2m",
        "tcd, gamma, ddim"
    })
    void without_noise_are_the_sampler_of_the_ode(String sampler, String option, String ode) {
        assertThat(drawn(of(sampler, option, 0))).containsExactly(drawn(SampleSettings.of(ode, 10)), within(1e-10));
        assertThat(drawn(of(sampler, option, 0))).isNotEqualTo(drawn(SampleSettings.of(sampler, 10)));
    }

    private static double[] drawn(SampleSettings settings) {
        try (PointerScope scope = new PointerScope()) {
            Tensor start = Tensors.of(new double[] {0.3, -1.2, 0.8, 0.1}, 2, 2);
            Tensor x0 = settings.make()
                    .sample(
                            new ExactDenoiser(PROCESS, 0.8, 0.3),
                            settings.grid(PROCESS),
                            start,
                            new SeededNoise(3, 0),
                            step -> {});
            return Tensors.toArray(x0);
        }
    }

    @Test
    void say_in_files_how_guidance_is_limited_where_it_is() {
        SampleSettings limited = SampleSettings.ddim(10)
                .withGuidance(2)
                .withRescale(0.7)
                .withGuidanceInterval(new GuidanceInterval(0.3, 5));
        Map<String, Object> tree = Records.CAMEL_CASE.write(limited);
        assertThat(tree).containsEntry("rescale", 0.7).containsEntry("guidanceInterval", "0.3,5.0");
        assertThat(Records.CAMEL_CASE.read(SampleSettings.class, tree, "file")).isEqualTo(limited);
        SampleSettings plain = SampleSettings.ddim(10);
        assertThat(Records.CAMEL_CASE.read(SampleSettings.class, Records.CAMEL_CASE.write(plain), "file"))
                .isEqualTo(plain);
    }

    static Stream<Samplers.Entry> samplers() {
        return Samplers.all().stream();
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void have_defaults_that_change_nothing_and_leave_no_trace(Samplers.Entry entry) {
        SampleSettings plain = SampleSettings.of(entry.name(), 10);
        assertThat(Records.CAMEL_CASE.write(plain))
                .containsOnlyKeys("sampler", "steps", "eta", "etaRule", "variance", "spacing", "guidance");
        for (SamplerOption<?> option : entry.options()) {
            assertThat(option.name()).matches("[a-z][a-z0-9-]*");
            assertThat(plain.withOption(option.name(), option.byDefault())).isEqualTo(plain);
        }
    }

    @Test
    void are_read_and_written_as_numbers_and_texts() {
        SampleSettings settings = of("deis", "order", 2).withOption("last", "euler");
        Map<String, ?> tree = Records.CAMEL_CASE.write(settings);
        assertThat(tree.get("options")).hasToString("{last=euler, order=2}");
        assertThat(Records.CAMEL_CASE.read(SampleSettings.ddim(5), Json.parseObject(Json.line(tree), "test"), "test"))
                .isEqualTo(settings);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "heun | churm | 40 | there is no option of heun 'churm'; did you mean 'churn'? known are: churn, noise, tmax, tmin",
                "heun | churn | -1 | option churn must be a number from 0, was '-1'",
                "heun | churn | much | option churn must be a number from 0, was 'much'",
                "heun | churn | 40d | option churn must be a number from 0, was '40d'",
                "heun | churn | 0x1p3 | option churn must be a number from 0, was '0x1p3'",
                "heun | churn | Infinity | option churn must be a number from 0, was 'Infinity'",
                "lms | order | 2.5 | option order must be a whole number from 1 to 10, was '2.5'",
                "deis | last | lowest | option last must be one of full, lower, lower-below-10, lower-below-15, euler, was 'lowest'",
                "ddim | churn | 1 | sampler ddim has no options, but option [churn] is set",
                "DDIMScheduler | churn | 1 | DDIMScheduler has no options: its scheduler file says how it draws; take a sampler of the list, as euler"
            })
    void are_refused_in_one_line(String sampler, String option, String value, String message) {
        SampleSettings settings = SampleSettings.of(sampler, 10);
        assertThatThrownBy(() -> settings.withOption(option, value)).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "heun | tmin | 0.5 | trailing | option tmin of heun changes nothing with the others as they are ({tmin=0.5}): omit it",
                "dpm-solver-23 | relative | 0.1 | sigmas:14,3,0.2 | dpm-solver-23 chooses its own times between the first and the last: "
                        + "omit sigmas:14,3,0.2, or take another sampler"
            })
    void that_change_nothing_are_refused(String sampler, String option, String value, String spacing, String message) {
        SampleSettings settings =
                SampleSettings.of(sampler, 3).withOption(option, value).withSpacing(spacing);
        assertThatThrownBy(settings::requireAsked).hasMessage(message);
        of("heun", "churn", 4).withOption("tmin", 0.5).requireAsked();
        of("sa-solver", "tau", 0.5).requireAsked();
    }

    @Test
    void spacings_by_noise_take_their_parameter() {
        double low = PROCESS.noiseToSignal(0);
        double high = PROCESS.noiseToSignal(999);
        double squared = NoiseSpacing.polyexponential(12, low, high, 2)[5];
        double flat = NoiseSpacing.beta(12, low, high, 1)[5];
        assertThat(level("exponential:rho=2")).isCloseTo(squared, within(1e-9 * squared));
        assertThat(level("beta:alpha=1")).isCloseTo(flat, within(1e-9 * flat));
        assertThat(flat).as("alpha 1 is uniform").isCloseTo(high + 5 / 11.0 * (low - high), within(1e-9));
        assertThat(level("beta:alpha=0.6")).isEqualTo(level("beta"));
    }

    private static double level(String spacing) {
        return PROCESS.noiseToSignal(SampleSettings.of("euler", 12)
                .withSpacing(spacing)
                .grid(PROCESS)
                .time(5));
    }

    @Test
    void spacings_by_noise_run_from_the_last_timestep_to_the_first() {
        double low = PROCESS.noiseToSignal(0);
        double high = PROCESS.noiseToSignal(999);
        for (String name : new String[] {"karras", "exponential", "beta"}) {
            TimeGrid grid = SampleSettings.of("euler", 12).withSpacing(name).grid(PROCESS);
            double[] levels = NoiseSpacing.named(name).levels(12, low, high);
            assertThat(grid.steps()).isEqualTo(12);
            assertThat(grid.time(0)).isEqualTo(999);
            assertThat(grid.time(11)).isZero();
            assertThat(grid.next(11)).isEqualTo(TimeGrid.CLEAN);
            for (int i = 0; i < 12; i++) {
                assertThat(PROCESS.noiseToSignal(grid.time(i))).isCloseTo(levels[i], within(1e-9 * levels[i]));
            }
        }
        double[] steep = NoiseSpacing.karras(12, low, high, 3);
        assertThat(PROCESS.noiseToSignal(SampleSettings.of("euler", 12)
                        .withSpacing("karras:rho=3")
                        .grid(PROCESS)
                        .time(5)))
                .isCloseTo(steep[5], within(1e-9 * steep[5]));
    }

    @Test
    void spacings_list_their_times_themselves() {
        TimeGrid timesteps =
                SampleSettings.ddim(3).withSpacing("timesteps:900,400,0").grid(PROCESS);
        assertThat(timesteps.times()).containsExactly(900, 400, 0);
        TimeGrid sigmas =
                SampleSettings.ddim(2).withSpacing("sigmas:14.6,1.5,0").grid(PROCESS);
        assertThat(PROCESS.noiseToSignal(sigmas.time(0))).isCloseTo(14.6, within(1e-9));
        assertThat(PROCESS.noiseToSignal(sigmas.time(1))).isCloseTo(1.5, within(1e-9));
        assertThat(SampleSettings.ddim(20)
                        .withSpacing("leading+1")
                        .grid(PROCESS)
                        .times())
                .isEqualTo(Spacing.LEADING.grid(20, 1000).shifted(1, 1000).times());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "timesteps:900,400 | the spacing lists 2 times, but steps is 3: say the same number",
                "timesteps:1000,400,2 | timestep 1000 lies outside 0 … 999, those of the model",
                "timesteps:1,4,2 | timesteps must be numbers that fall, none below 0, with commas between them, were '1,4,2'",
                "timesteps:9,4.5,2 | timesteps must be whole numbers, were [9.0, 4.5, 2.0]",
                "sigmas:200,4,2 | sigmas must lie between 0.01000 and 157.4, those of the model's timesteps, were 200.0 to 2.0",
                "karras:7 | karras takes rho from 1 to 100, as in karras:rho=7, was '7'",
                "karras:rho=7f | karras takes rho from 1 to 100, as in karras:rho=7, was 'rho=7f'",
                "beta:rho=7 | beta takes alpha from 0.1 to 10, as in beta:alpha=0.6, was 'rho=7'",
                "trailing:2 | spacing trailing takes no values, but was given '2'",
                "karas | there is no spacing 'karas'; did you mean 'karras'? known are: beta, exponential, halving, karras, leading, linspace, quadratic, "
                        + "sigmas, timesteps, trailing, uniform"
            })
    void spacings_are_refused_in_one_line(String spacing, String message) {
        assertThatThrownBy(() -> SampleSettings.ddim(3).withSpacing(spacing).grid(PROCESS))
                .hasMessage(message);
    }
}
