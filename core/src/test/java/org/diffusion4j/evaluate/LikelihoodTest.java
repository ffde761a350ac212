package org.diffusion4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exact problem is grey levels of N(0, s²): then each reverse step is a Gaussian, and its mean and variance are known. */
@DisplayName("The bound on the likelihood")
class LikelihoodTest {

    private static final double S = 0.2;

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private PointerScope scope;
    private Tensor x0;

    @BeforeEach
    void draw() {
        scope = new PointerScope();
        Tensor like = Tensors.of(new double[64 * 1024], 64, 1, 32, 32);
        Tensor level = new SeededNoise(1, 0).draw(0, like).mul(new Scalar(S)).add(new Scalar(1));
        x0 = level.mul(new Scalar(127.5)).round().div(new Scalar(127.5)).sub(new Scalar(1));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest(name = "{0} steps")
    @ValueSource(ints = {10, 100})
    void is_tight_where_mean_and_variance_of_each_step_are_right(int steps) {
        double[] bits = bound(ReverseVariance.LEARNED, steps).total();
        double[] exact = exactBits();
        double[] gaps = new double[bits.length];
        Arrays.setAll(gaps, i -> bits[i] - exact[i]);
        double mean = mean(gaps);
        double error = Math.sqrt(
                Arrays.stream(gaps).map(gap -> (gap - mean) * (gap - mean)).sum() / 63 / 64);
        assertThat(error).isLessThan(0.01);
        assertThat(mean).isCloseTo(0, within(5 * error));
    }

    @Test
    void is_loose_with_a_fixed_variance_and_less_so_with_more_steps() {
        double exact = mean(exactBits());
        double few = mean(bound(ReverseVariance.FIXED_LARGE, 10).total());
        double more = mean(bound(ReverseVariance.FIXED_LARGE, 100).total());
        assertThat(few - exact).isGreaterThan(0.5);
        assertThat(more - exact).isBetween(0.05, 0.25 * (few - exact));
    }

    @Test
    void is_the_sum_of_its_terms_of_which_there_is_one_for_each_step() {
        BoundTerms terms = bound(ReverseVariance.FIXED_SMALL, 5);
        assertThat(terms.steps()).hasDimensions(5, 64);
        double sum = terms.prior()[3]
                + DoubleStream.of(0, 1, 2, 3, 4)
                        .map(i -> terms.steps()[(int) i][3])
                        .sum();
        assertThat(terms.total()[3]).isCloseTo(sum, within(1e-9));
    }

    private BoundTerms bound(ReverseVariance variance, int steps) {
        TimeGrid grid = Spacing.LINSPACE.grid(steps, 1000);
        return new Likelihood(new Exact(process), variance, grid).of(x0, new SeededNoise(2, 0), step -> {});
    }

    /** −log2 of the density times the width of a bin: it is nearly flat over 2/255 of 0.2. */
    private double[] exactBits() {
        double[] bits = new double[64];
        for (int i = 0; i < bits.length; i++) {
            double meanSquare = x0.select(0, i).square().mean().item_double();
            double nats = meanSquare / (2 * S * S) + Math.log(S * Math.sqrt(2 * Math.PI)) - Math.log(2.0 / 255);
            bits[i] = nats / Math.log(2);
        }
        return bits;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** The posterior of x0 given x_t, whose spread widens each step's variance beyond β̃. */
    private record Exact(DiffusionProcess process) implements Denoiser {

        @Override
        public Denoised at(Tensor x, double t) {
            double alpha = process.alpha(t);
            double noise = Math.pow(process.sigma(t) / alpha, 2);
            double spread = S * S * noise / (S * S + noise);
            Tensor x0 = x.mul(new Scalar(spread / noise / alpha));
            Denoised exact = Prediction.X0.interpret(x0, x, alpha, process.sigma(t));
            return new Denoised(exact.x0(), exact.eps(), step -> logVariance(step, spread));
        }

        private static Tensor logVariance(ReverseStep step, double spread) {
            Tensor ofX0 = step.x0Weight().square().mul(new Scalar(spread));
            return ofX0.where(step.toClean(), ofX0.add(step.logSmall().exp())).log();
        }
    }
}
