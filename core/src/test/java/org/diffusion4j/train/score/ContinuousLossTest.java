package org.diffusion4j.train.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.FlowMatching;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Preconditioned;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.process.continuous.GeometricExploding;
import org.diffusion4j.process.continuous.GeometricLevels;
import org.diffusion4j.process.continuous.Preconditioning;
import org.diffusion4j.process.continuous.SubVariancePreserving;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.DenoisingLoss;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.TimeSampler;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The loss in continuous time")
class ContinuousLossTest {

    private static final double[] X0 = {0.4, -0.8, 0.1, 0.9, -0.3, 0.2};
    private static final double[] NOISE = {1.1, -0.2, 0.5, -1.4, 0.3, 0.8};

    /** A network that returns {@code tanh(x) + time/100}. */
    private record Tanh(Parameters parameters) implements Network {

        Tanh() {
            this(new Parameters());
        }

        @Override
        public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
            return x.tanh().add(timesteps.unsqueeze(1).mul(new Scalar(0.01)));
        }

        @Override
        public void close() {}
    }

    private static double[] losses(Loss loss, double... times) {
        try (PointerScope scope = new PointerScope()) {
            return Tensors.toArray(loss.of(Tensors.of(X0, 2, 3), Condition.NONE, times, Tensors.of(NOISE, 2, 3)));
        }
    }

    @Test
    void at_timesteps_of_a_chain_is_ddpms() {
        DiscreteProcess chain = new DiscreteProcess(BetaSchedule.ddpm().table());
        DenoisingLoss ddpm = new DenoisingLoss(
                new Tanh(),
                chain,
                new OutputMeaning(Prediction.EPS, null),
                ReverseVariance.FIXED_SMALL,
                ObjectiveSettings.simple());
        ContinuousLoss loss = new ContinuousLoss(
                new Tanh(), chain, Prediction.EPS, new UniformTimes(new VariancePreserving()), ErrorWeight.EPS);
        assertThat(losses(loss, 30, 700)).isEqualTo(losses(ddpm, 30, 700));
    }

    /** {@code (sigma² + sd²)/(sigma·sd)²·(D − x0)²} (EDM, section 5). */
    @Test
    void of_edm_weighs_the_error_of_x0() {
        DiffusionProcess process = Preconditioning.edm(0.5).process();
        ContinuousLoss loss = new ContinuousLoss(
                new Tanh(),
                process,
                new Preconditioned(0.5),
                new LogNormalTimes(new VarianceExploding()),
                ErrorWeight.OWN);
        double[] found = losses(loss, 0.3, 7);
        double[] sigmas = {0.3, 7};
        for (int i = 0; i < 2; i++) {
            double sigma = sigmas[i];
            double total = Math.hypot(sigma, 0.5);
            double sum = 0;
            for (int k = 3 * i; k < 3 * i + 3; k++) {
                double x = X0[k] + sigma * NOISE[k];
                double output = Math.tanh(x / total) + Math.log(sigma) / 4 / 100;
                double d = 0.25 / (total * total) * x + sigma * 0.5 / total * output;
                sum += total * total / Math.pow(sigma * 0.5, 2) * Math.pow(d - X0[k], 2) / 3;
            }
            assertThat(found[i]).isCloseTo(sum, within(1e-12 * sum));
        }
    }

    @Test
    void of_flow_matching_is_the_error_of_the_velocity() {
        FlowMatching process = new FlowMatching(1);
        ContinuousLoss loss =
                new ContinuousLoss(new Tanh(), process, Prediction.FLOW, new UniformTimes(process), ErrorWeight.OWN);
        double expected = IntStream.range(0, 3)
                .mapToDouble(k -> {
                    double x = 0.7 * X0[k] + 0.3 * NOISE[k];
                    return Math.pow(Math.tanh(x) + 0.003 - (NOISE[k] - X0[k]), 2) / 3;
                })
                .sum();
        assertThat(losses(loss, 0.3, 0.6)[0]).isCloseTo(expected, within(1e-12));
    }

    @Test
    void is_the_same_whatever_the_network_predicts_where_the_error_of_eps_counts() {
        VariancePreserving process = new VariancePreserving();
        for (ErrorWeight weight : new ErrorWeight[] {ErrorWeight.EPS, ErrorWeight.LIKELIHOOD}) {
            double ofScore = weight.of(Prediction.SCORE, process, 0.4);
            double ofEps = weight.of(Prediction.EPS, process, 0.4);
            assertThat(ofScore / ofEps).isCloseTo(Math.pow(process.sigma(0.4), 2), within(1e-12));
        }
        assertThat(ErrorWeight.LIKELIHOOD.of(Prediction.SCORE, process, 0.4))
                .isCloseTo(Math.pow(process.diffusion(0.4), 2), within(1e-12));
    }

    static Stream<ContinuousProcess> withSignal() {
        return Stream.of(
                new VariancePreserving(),
                new SubVariancePreserving(),
                new GeometricExploding(0.01, 50),
                new VarianceExploding());
    }

    @ParameterizedTest
    @MethodSource("withSignal")
    void by_importance_is_in_the_mean_that_over_uniform_times_and_every_likelihood_counts_the_same(
            ContinuousProcess process) {
        TimeSampler.Drawn drawn = new LogNoiseTimes(process).draw(new SplittableRandom(3), 100_000);
        DoubleUnaryOperator smooth = t -> Math.cos(3 * t / process.lastTime()) * Math.min(1, 10 * process.sigma(t));
        double mean = 0;
        double square = 0;
        for (int i = 0; i < 100_000; i++) {
            double value = drawn.weights()[i] * smooth.applyAsDouble(drawn.times()[i]);
            mean += value / 100_000;
            square += value * value / 100_000;
        }
        UniformTimes uniform = new UniformTimes(process);
        double expected = IntStream.range(0, 100_000)
                .mapToDouble(i -> smooth.applyAsDouble(uniform.timeAt((i + 0.5) / 100_000)))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(expected, within(5 * Math.sqrt((square - mean * mean) / 100_000)));

        double[] products = IntStream.range(0, 50)
                .mapToDouble(
                        i -> drawn.weights()[i] * ErrorWeight.LIKELIHOOD.of(Prediction.EPS, process, drawn.times()[i]))
                .toArray();
        assertThat(Arrays.stream(products).max().orElseThrow())
                .isCloseTo(Arrays.stream(products).min().orElseThrow(), within(1e-6 * products[0]));
    }

    @Test
    void of_edm_draws_log_normal_noise() {
        double[] logs = Arrays.stream(new LogNormalTimes(new VarianceExploding())
                        .draw(new SplittableRandom(3), 40_000)
                        .times())
                .map(Math::log)
                .toArray();
        double mean = Arrays.stream(logs).average().orElseThrow();
        double variance =
                Arrays.stream(logs).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        assertThat(mean).isCloseTo(-1.2, within(5 * 1.2 / 200));
        assertThat(variance).isCloseTo(1.44, within(5 * 1.44 * Math.sqrt(2) / 200));
    }

    @Test
    void of_levels_draws_each_alike() {
        double[] times = new LevelTimes(new GeometricLevels(0.01, 1, 10))
                .draw(new SplittableRandom(3), 10_000)
                .times();
        for (int level = 0; level < 10; level++) {
            double here = level;
            long count = Arrays.stream(times).filter(t -> t == here).count();
            assertThat(count).isBetween(1000L - 5 * 30, 1000L + 5 * 30);
        }
    }

    @Test
    void refuses_likelihood_weighting_of_a_table_and_of_a_flow_by_importance() {
        DiscreteProcess chain = new DiscreteProcess(BetaSchedule.ddpm().table());
        assertThatThrownBy(() -> new ContinuousLoss(
                        new Tanh(),
                        chain,
                        Prediction.EPS,
                        new UniformTimes(new VariancePreserving()),
                        ErrorWeight.LIKELIHOOD))
                .hasMessage("likelihood weighting needs a process in continuous time, not a table: take eps");
        assertThatThrownBy(() -> new LogNoiseTimes(new FlowMatching(1)))
                .hasMessageContaining("needs signal at the last time, which a flow lacks");
        assertThatThrownBy(() -> new LogNormalTimes(new VarianceExploding(), 0, 0))
                .hasMessage("the deviation of log(sigma) must be above 0, was 0.0");
    }
}
