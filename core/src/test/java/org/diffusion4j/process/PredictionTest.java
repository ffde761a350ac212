package org.diffusion4j.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Posterior;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Predictions")
class PredictionTest {

    private static final double ROUNDING = 1e-13; // a few float64 operations on values near 1, divided by alpha > 0.006

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private PointerScope scope;
    private Tensor x0;
    private Tensor eps;

    static Stream<Prediction> predictions() {
        return Stream.of(Prediction.EPS, Prediction.X0, Prediction.V, Prediction.SCORE, new Preconditioned(0.5));
    }

    @BeforeEach
    void draw() {
        Libtorch.start();
        scope = new PointerScope();
        Tensor shape = Tensor.create(new double[4 * 3], 4, 3);
        x0 = new SeededNoise(1, 0).draw(0, shape);
        eps = new SeededNoise(2, 0).draw(0, shape);
    }

    @AfterEach
    void free() {
        scope.close();
    }

    @ParameterizedTest
    @MethodSource("predictions")
    void a_network_that_says_the_target_is_read_as_x0_and_eps(Prediction prediction) {
        NoiseLevel level = NoiseLevel.at(process, 700);
        Tensor xt = level.noised(x0, eps);

        Denoised read =
                prediction.interpret(prediction.target(x0, eps, level), xt, process.alpha(700), process.sigma(700));

        assertClose(read.x0(), x0);
        assertClose(read.eps(), eps);
    }

    @ParameterizedTest
    @MethodSource("predictions")
    void every_sample_of_a_batch_may_have_its_own_time(Prediction prediction) {
        double[] times = {0, 100, 500, 999};
        NoiseLevel levels = NoiseLevel.at(process, times, x0);
        Tensor xt = levels.noised(x0, eps);
        Tensor target = prediction.target(x0, eps, levels);
        Denoised read = prediction.interpret(target, xt, levels);

        assertClose(read.x0(), x0);
        assertClose(read.eps(), eps);
        for (int row = 0; row < times.length; row++) {
            NoiseLevel level = NoiseLevel.at(process, times[row]);
            assertClose(xt.select(0, row), level.noised(x0.select(0, row), eps.select(0, row)));
            assertClose(target.select(0, row), prediction.target(x0.select(0, row), eps.select(0, row), level));
        }
    }

    @Test
    void the_mean_of_a_step_of_the_chain_is_read_as_x0_and_eps() {
        double[] times = {1, 100, 500, 999};
        NoiseLevel levels = NoiseLevel.at(process, times, x0);
        Tensor xt = levels.noised(x0, eps);
        Tensor mean = Prediction.MEAN.target(x0, eps, levels);

        Denoised read = Prediction.MEAN.interpret(mean, xt, levels);

        // x0's weight in the mean is at least 1e-4, by which the rounding of float64 is divided
        assertThat(Comparison.values(read.x0())).containsExactly(Comparison.values(x0), within(1e-11));
        assertThat(Comparison.values(read.eps())).containsExactly(Comparison.values(eps), within(1e-11));
        Posterior step = process.posterior(100, 99);
        assertThat(mean.select(0, 1).select(0, 2).item_double())
                .isEqualTo(
                        step.x0Weight() * x0.select(0, 1).select(0, 2).item_double()
                                + step.xtWeight() * xt.select(0, 1).select(0, 2).item_double(),
                        within(ROUNDING));
    }

    @Test
    void preconditioning_keeps_inputs_and_targets_at_unit_variance_for_data_of_that_deviation() {
        Preconditioned edm = new Preconditioned(0.5);
        Tensor data = new SeededNoise(3, 0)
                .draw(0, Tensors.of(new double[20_000], 1, 20_000))
                .mul(new Scalar(0.5));
        Tensor noise = new SeededNoise(4, 0).draw(0, data);
        for (double sigma : new double[] {0.01, 0.5, 20}) {
            NoiseLevel level = NoiseLevel.of(1, sigma);

            // 5 standard errors of the variance of so many normals, √(2/n)
            assertThat(edm.input(level.noised(data, noise), level).var().item_double())
                    .isEqualTo(1, within(0.05));
            assertThat(edm.target(data, noise, level).var().item_double()).isEqualTo(1, within(0.05));
        }
    }

    @Test
    void at_the_smallest_level_of_a_consistency_model_x_is_x0_whatever_the_network_says() {
        Preconditioned consistency = new Preconditioned(0.5, 0.002, false);

        assertClose(consistency.interpret(eps, x0, NoiseLevel.of(1, 0.002)).x0(), x0);
    }

    @Test
    void the_mean_is_refused_between_the_timesteps() {
        assertThatThrownBy(() -> Prediction.MEAN.interpret(eps, eps, NoiseLevel.at(process, 10.5)))
                .hasMessageStartingWith("the mean is predicted of steps between the timesteps of a chain");
    }

    @Test
    void eps_to_x0_to_v_and_back_is_the_same_eps() {
        NoiseLevel level = NoiseLevel.at(process, 300);
        Tensor xt = level.noised(x0, eps);

        Tensor viaX0 = Prediction.X0
                .interpret(Prediction.EPS.interpret(eps, xt, level).x0(), xt, level)
                .eps();
        Tensor v = Prediction.V.target(Prediction.EPS.interpret(eps, xt, level).x0(), viaX0, level);

        assertClose(Prediction.V.interpret(v, xt, level).eps(), eps);
    }

    @Test
    void a_variance_preserving_process_has_alpha_squared_plus_sigma_squared_one() {
        for (int t = -1; t < 1000; t++) {
            double alpha = process.alpha(t);
            double sigma = process.sigma(t);
            assertThat(alpha * alpha + sigma * sigma).isEqualTo(1, within(4e-16));
        }
    }

    @ParameterizedTest
    @MethodSource("predictions")
    void keeps_the_dtype_of_the_batch(Prediction prediction) {
        Tensor narrow = x0.to(ScalarType.Float);
        NoiseLevel level = NoiseLevel.at(process, 10);
        NoiseLevel levels = NoiseLevel.at(process, new double[] {1, 2, 3, 4}, narrow);

        assertThat(dtype(prediction.interpret(narrow, narrow, level).x0())).isEqualTo(ScalarType.Float);
        assertThat(dtype(prediction.interpret(narrow, narrow, level).eps())).isEqualTo(ScalarType.Float);
        assertThat(dtype(levels.noised(narrow, narrow))).isEqualTo(ScalarType.Float);
        assertThat(dtype(prediction.target(narrow, narrow, levels))).isEqualTo(ScalarType.Float);
    }

    @Test
    void eps_is_refused_where_nothing_of_x0_is_left() {
        assertThatThrownBy(() -> Prediction.EPS.interpret(eps, eps, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("eps-prediction says nothing about x0 where alpha is 0 (zero terminal SNR): "
                        + "use v-prediction, or a schedule without zero terminal SNR");
        assertThatCode(() -> Prediction.V.interpret(eps, eps, 0, 1)).doesNotThrowAnyException();
        assertThatCode(() -> Prediction.X0.interpret(eps, eps, 0, 1)).doesNotThrowAnyException();
    }

    @Test
    void x0_is_refused_where_there_is_no_noise_and_v_where_variance_is_not_preserved() {
        assertThatThrownBy(() -> Prediction.X0.interpret(eps, eps, 1, 0))
                .hasMessage("x0-prediction says nothing about eps where sigma is 0: ask the model at noisier times");
        assertThatThrownBy(() -> Prediction.V.interpret(eps, eps, 1, 2))
                .hasMessage("v-prediction needs a variance-preserving process, here alpha² + sigma² is 5.0");
    }

    @Test
    void is_found_by_its_name_or_refused_with_the_one_that_was_probably_meant() {
        assertThat(Prediction.named("v")).isEqualTo(Prediction.V);
        assertThatThrownBy(() -> Prediction.named("epsi"))
                .hasMessageStartingWith("there is no prediction 'epsi'; did you mean 'eps'?");
    }

    private static ScalarType dtype(Tensor tensor) {
        return tensor.scalar_type().intern();
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(Comparison.values(actual)).containsExactly(Comparison.values(expected), within(ROUNDING));
    }
}
