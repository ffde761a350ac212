package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.FlowMatching;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Preconditioned;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Every sampler that is listed")
class SamplersTest {

    private static final TimeGrid GRID = TimeGrid.ofTimesteps(999, 850, 620, 400, 210, 60, 0);
    private static final int BATCH = 3;

    /** Rounding of float64, grown by 1/alpha = 160 at the first timestep, in 7 steps. */
    private static final double ROUNDING = 1e-10;

    private static final Denoiser EXACT =
            new ExactDenoiser(new DiscreteProcess(BetaSchedule.ddpm().table()), 0.8, 0.3);

    static Stream<Samplers.Entry> samplers() {
        return Samplers.all().stream();
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void finds_the_same_whatever_the_network_predicts(Samplers.Entry entry) {
        double[] expected = sampled(entry, EXACT, GRID);

        for (Prediction prediction :
                List.of(Prediction.EPS, Prediction.X0, Prediction.V, Prediction.SCORE, new Preconditioned(0.5))) {
            assertThat(sampled(entry, new Predicted(EXACT, prediction), GRID))
                    .as("with %s", prediction)
                    .containsExactly(expected, within(ROUNDING));
        }
    }

    /** The mean is that of a step between timesteps of the chain; these ask the model at times between them. */
    private static final Set<String> ASKING_BETWEEN = Set.of(
            "pndm",
            "kdpm2",
            "kdpm2-ancestral",
            "dpm++-2s-ancestral",
            "dpm++-sde",
            "dpm-solver-fast", // with eta alone
            "dpm-solver-23",
            "ode",
            "edm");

    static Stream<Samplers.Entry> askingAtTimesteps() {
        return samplers().filter(entry -> !ASKING_BETWEEN.contains(entry.name()));
    }

    @ParameterizedTest
    @MethodSource("askingAtTimesteps")
    void that_asks_at_timesteps_finds_the_same_where_the_network_predicts_the_mean(Samplers.Entry entry) {
        assertThat(sampled(entry, new Predicted(EXACT, Prediction.MEAN), GRID))
                .containsExactly(sampled(entry, EXACT, GRID), within(ROUNDING));
    }

    static Stream<Samplers.Entry> askingBetweenTimesteps() {
        return ASKING_BETWEEN.stream().map(Samplers::named);
    }

    @ParameterizedTest
    @MethodSource("askingBetweenTimesteps")
    void that_asks_between_timesteps_says_which_to_take_where_the_network_predicts_the_mean(Samplers.Entry entry) {
        assertThatThrownBy(() -> sampled(entry, new Predicted(EXACT, Prediction.MEAN), GRID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the mean is predicted of steps between the timesteps of a chain, and the model was asked at a time"
                                + " between them; take a sampler that asks at timesteps, such as ddim");
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void walks_along_a_flow_too(Samplers.Entry entry) {
        Denoiser flow = new ExactDenoiser(new FlowMatching(1), 0.8, 0.3);
        TimeGrid grid = TimeGrid.of(new double[] {0.99, 0.8, 0.6, 0.4, 0.2, 0.05}, 0);

        assertThat(sampled(entry, new Predicted(flow, Prediction.FLOW), grid))
                .containsExactly(sampled(entry, flow, grid), within(ROUNDING));
    }

    static Stream<Samplers.Entry> ofEachSampleAlone() {
        return samplers().filter(entry -> !sampler(entry).dependsOnBatch());
    }

    @ParameterizedTest
    @MethodSource("ofEachSampleAlone")
    void draws_a_sample_that_does_not_depend_on_its_batch(Samplers.Entry entry) {
        double[] together = sampled(entry, EXACT, GRID);

        double[] apart = IntStream.range(0, BATCH)
                .mapToObj(i -> sampled(sampler(entry), EXACT, GRID, i, 1, SampleListener.NONE))
                .flatMapToDouble(Arrays::stream)
                .toArray();
        assertThat(apart).containsExactly(together, within(ROUNDING));
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void shows_every_step_to_the_listener_and_arrives_at_the_clean_sample(Samplers.Entry entry) {
        List<Integer> indices = new ArrayList<>();
        List<Double> times = new ArrayList<>();
        sampled(sampler(entry), EXACT, GRID, 0, BATCH, step -> {
            indices.add(step.index());
            times.add(step.t());
            assertThat(Comparison.values(step.x0())).hasSameSizeAs(Comparison.values(step.x()));
        });

        assertThat(indices).isEqualTo(IntStream.range(0, indices.size()).boxed().toList());
        assertThat(times).isSortedAccordingTo((a, b) -> Double.compare(b, a)).endsWith(TimeGrid.CLEAN);
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void frees_all_that_it_was_given_and_all_that_it_showed_when_it_ends_or_is_cancelled(Samplers.Entry entry) {
        Lent ended = new Lent(EXACT);
        sampled(sampler(entry), ended, GRID, 0, BATCH, ended::see);

        Lent cancelled = new Lent(EXACT);
        SampleListener cancelling = step -> {
            cancelled.see(step);
            if (step.index() == 2) {
                throw new CancellationException();
            }
        };
        assertThatThrownBy(() -> sampled(sampler(entry), cancelled, GRID, 0, BATCH, cancelling))
                .isInstanceOf(CancellationException.class);

        assertThat(ended.stillAlive()).isZero();
        assertThat(cancelled.stillAlive()).isZero();
    }

    /** Remembers every tensor that a sampler got from its model or showed to its listener. */
    private record Lent(Denoiser model, List<Tensor> seen) implements Denoiser {

        Lent(Denoiser model) {
            this(model, new ArrayList<>());
        }

        @Override
        public DiffusionProcess process() {
            return model.process();
        }

        @Override
        public Denoised at(Tensor x, double t) {
            Denoised at = model.at(x, t);
            seen.addAll(List.of(at.x0(), at.eps()));
            return at;
        }

        void see(SampleListener.Step step) {
            seen.addAll(List.of(step.x(), step.x0()));
        }

        long stillAlive() {
            assertThat(seen).isNotEmpty();
            return seen.stream().filter(tensor -> tensor.referenceCount() > 0).count();
        }
    }

    /** What a network of that prediction would say, read. */
    private record Predicted(Denoiser model, Prediction prediction) implements Denoiser {

        @Override
        public DiffusionProcess process() {
            return model.process();
        }

        @Override
        public Denoised at(Tensor x, double t) {
            Denoised at = model.at(x, t);
            NoiseLevel level = NoiseLevel.at(process(), t);
            return prediction.interpret(prediction.target(at.x0(), at.eps(), level), x, level);
        }
    }

    private static Sampler sampler(Samplers.Entry entry) {
        return entry.make().apply(SampleSettings.ddim(10).withEta(0.5, EtaRule.DEVIATION));
    }

    private static double[] sampled(Samplers.Entry entry, Denoiser model, TimeGrid grid) {
        return sampled(sampler(entry), model, grid, 0, BATCH, SampleListener.NONE);
    }

    /** Samples {@code first} and following. */
    private static double[] sampled(
            Sampler sampler, Denoiser model, TimeGrid grid, int first, int batch, SampleListener listener) {
        Libtorch.start();
        Tensor start;
        NoiseStream noise = new SeededNoise(1, first);
        try (PointerScope scope = new PointerScope()) {
            start = noise.draw(NoiseStream.START, Tensor.create(new double[batch * 4], batch, 4));
            start.retainReference();
        }
        try (start;
                Tensor end = sampler.sample(model, grid, start, noise, listener)) {
            return Comparison.values(end);
        }
    }
}
