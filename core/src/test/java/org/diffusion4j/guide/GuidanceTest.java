package org.diffusion4j.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.CosineProcess;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.ExactDenoiser;
import org.diffusion4j.sample.GuidanceInterval;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Guidance")
class GuidanceTest {

    private static final double ROUNDING = 1e-13; // a few operations on values near 1

    private final DiffusionProcess process = new CosineProcess();
    private final Denoiser left = new ExactDenoiser(process, -0.8, 0.3);
    private final Denoiser both = new ExactDenoiser(process, 0.8, 0.5);
    private PointerScope scope;
    private Tensor x;

    @BeforeEach
    void open() {
        Libtorch.start();
        scope = new PointerScope();
        x = Tensor.create(new double[] {-1, 0.2, 1.5}, 3, 1);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void without_a_classifier_changes_nothing_at_scale_one_and_is_unconditional_at_zero() {
        assertSame(new ClassifierFreeGuidance(left, both, 1).at(x, 0.4), left.at(x, 0.4));
        assertSame(new ClassifierFreeGuidance(left, both, 0).at(x, 0.4), both.at(x, 0.4));
    }

    @Test
    void in_an_interval_asks_the_model_alone_outside_of_it() {
        double ratio = process.noiseToSignal(0.4);
        Denoiser silent = new Denoiser() {
            @Override
            public DiffusionProcess process() {
                return process;
            }

            @Override
            public Denoised at(Tensor x, double t) {
                throw new AssertionError("the model without a label was asked");
            }
        };
        Denoiser guided = new ClassifierFreeGuidance(left, both, 3);

        assertSame(
                new IntervalGuidance(guided, left, new GuidanceInterval(ratio, 2 * ratio)).at(x, 0.4),
                guided.at(x, 0.4));
        Denoiser costly = new ClassifierFreeGuidance(left, silent, 3);
        assertSame(
                new IntervalGuidance(costly, left, new GuidanceInterval(1.01 * ratio, 2 * ratio)).at(x, 0.4),
                left.at(x, 0.4));
        assertSame(
                new IntervalGuidance(costly, left, new GuidanceInterval(0, 0.99 * ratio)).at(x, 0.4), left.at(x, 0.4));
    }

    @Test
    void refuses_an_empty_interval_and_a_scale_that_is_no_number() {
        assertThatThrownBy(() -> new GuidanceInterval(2, 2))
                .hasMessage("the interval of guidance must be LOW,HIGH with 0 <= LOW < HIGH, was 2.0,2.0");
        assertThatThrownBy(() -> new GuidanceInterval(Double.NaN, 2))
                .hasMessageStartingWith("the interval of guidance must be LOW,HIGH");
        assertThatThrownBy(() -> new ClassifierFreeGuidance(left, both, Double.POSITIVE_INFINITY))
                .hasMessage("the scale of guidance must be a number, was Infinity");
        assertThatThrownBy(() -> new ClassifierGuidance(left, (noisy, time) -> noisy, Double.NaN))
                .hasMessage("the scale of classifier guidance must be a number, was NaN");
    }

    @Test
    void by_a_classifier_changes_nothing_at_scale_zero() {
        ClassifierGuidance.Classifier broken = (noisy, time) -> {
            throw new AssertionError("the classifier was asked");
        };

        assertSame(new ClassifierGuidance(both, broken, 0).at(x, 0.4), both.at(x, 0.4));
    }

    @Test
    void keeps_x_the_sum_of_what_it_says() {
        double t = 0.4;
        ClassifierGuidance.Classifier quadratic =
                (noisy, time) -> noisy.square().sum(1).neg();

        assertSumIsX(new ClassifierFreeGuidance(left, both, 3).at(x, t), t);
        assertSumIsX(new ClassifierGuidance(both, quadratic, 2).at(x, t), t);
    }

    /** Of N(0, 1) on the circle x_t is N(0, 1), and p(y | x0) ∝ exp(−x0²/2) halves the variance of x0: then x0 is known. */
    @Test
    void by_the_exact_classifier_is_the_exact_conditional_model() {
        double t = 0.4;
        double alpha = process.alpha(t);
        double sigma = process.sigma(t);
        Denoiser normal = new ExactDenoiser(process, 0, 1);
        Denoiser narrower = new ExactDenoiser(process, 0, Math.sqrt(0.5));
        // given x_t, x0 is N(alpha·x, sigma²): the mean of exp(−x0²/2) is ∝ exp(−(alpha·x)²/2/(1 + sigma²))
        ClassifierGuidance.Classifier exact =
                (noisy, time) -> noisy.square().sum(1).mul(new Scalar(-alpha * alpha / 2 / (1 + sigma * sigma)));

        assertSame(new ClassifierGuidance(normal, exact, 1).at(x, t), narrower.at(x, t));
    }

    @Test
    void by_a_classifier_refuses_pure_noise() {
        Denoiser guided = new ClassifierGuidance(new Silent(process), (noisy, time) -> noisy.sum(1), 1);

        assertThatThrownBy(() -> guided.at(x, 1))
                .hasMessageContaining("where alpha is 0 (zero terminal SNR): begin below");
    }

    private record Silent(DiffusionProcess process) implements Denoiser {

        @Override
        public Denoised at(Tensor x, double t) {
            return new Denoised(x, x);
        }
    }

    private void assertSumIsX(Denoised at, double t) {
        Tensor sum = at.x0().mul(new Scalar(process.alpha(t))).add(at.eps(), new Scalar(process.sigma(t)));
        assertThat(Comparison.values(sum)).containsExactly(Comparison.values(x), within(ROUNDING));
    }

    private static void assertSame(Denoised found, Denoised expected) {
        assertThat(Comparison.values(found.x0())).containsExactly(Comparison.values(expected.x0()), within(ROUNDING));
        assertThat(Comparison.values(found.eps())).containsExactly(Comparison.values(expected.eps()), within(ROUNDING));
    }
}
