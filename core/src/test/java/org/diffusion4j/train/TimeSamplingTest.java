package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The choice of times")
class TimeSamplingTest {

    private static final int TOTAL = 50;
    private static final DoubleUnaryOperator LOSS = t -> 1 + 100 / (1 + t * t); // large near the clean sample, as L_vlb

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void weighted_losses_estimate_the_mean_over_all_times_without_bias(TimeSampling sampling) {
        double mean = 0;
        for (int t = 0; t < TOTAL; t++) {
            mean += LOSS.applyAsDouble(t) / TOTAL;
        }
        Estimate estimate = estimate(sampling);
        assertThat(estimate.mean).isEqualTo(mean, within(5 * estimate.standardError));
        assertThat(estimate.standardError).isLessThan(mean / 50);
    }

    @Test
    void importance_sampling_has_a_hundredth_of_the_variance_of_uniform_times() {
        // p is proportional to the loss but for the uniform share, so a weighted loss is nearly constant
        double uniform = estimate(TimeSampling.UNIFORM).standardError;
        double important = estimate(TimeSampling.LOSS_SECOND_MOMENT).standardError;
        assertThat(important * important).isLessThan(uniform * uniform / 100);
    }

    @Test
    void antithetic_times_come_in_pairs_and_low_discrepancy_ones_evenly() {
        double[] pairs = TimeSampling.ANTITHETIC
                .of(TOTAL)
                .draw(new SplittableRandom(3), 8)
                .times();
        for (int i = 0; i < 4; i++) {
            assertThat(pairs[i] + pairs[i + 4]).isEqualTo(TOTAL - 1);
        }
        double[] even = TimeSampling.LOW_DISCREPANCY
                .of(TOTAL)
                .draw(new SplittableRandom(3), TOTAL)
                .times();
        assertThat(Arrays.stream(even).distinct().count()).isEqualTo(TOTAL);
    }

    @Test
    void a_share_of_the_probability_stays_uniform() { // improved-diffusion's LossSecondMomentResampler
        LossSecondMoment times = new LossSecondMoment(3, 2, 0.1);
        for (int t = 0; t < 3; t++) {
            times.learn(t, t + 1);
            times.learn(t, t + 1);
        }
        assertThat(times.probabilities())
                .containsExactly(new double[] {0.55 / 3, 1.0 / 3, 1.45 / 3}, within(1e-15)); // 0.9·(1, 2, 3)/6 + 0.1/3
    }

    @Test
    void history_and_uniform_share_are_set_in_a_recipe() {
        ObjectiveSettings settings = Tiny.recipe(
                        "train.objective.times=loss-second-moment",
                        "train.objective.history=2",
                        "train.objective.uniformShare=0.1")
                .train()
                .objective();
        LossSecondMoment times = (LossSecondMoment) settings.timeSampler(2);
        for (int t : new int[] {0, 0, 1, 1}) {
            times.learn(t, t);
        }
        assertThat(times.probabilities()).containsExactly(new double[] {0.05, 0.95}, within(1e-15));
        assertThatThrownBy(() -> Tiny.recipe("train.objective.uniformShare=0.1"))
                .hasMessageContaining("train.objective.history and uniformShare are those of"
                        + " times=loss-second-moment, not of 'uniform'");
        assertThatThrownBy(
                        () -> Tiny.recipe("train.objective.times=loss-second-moment", "train.objective.uniformShare=0"))
                .hasMessageContaining("train.objective.uniformShare must lie in (0, 1], was 0.0");
    }

    @Test
    void what_was_learned_of_the_losses_can_be_kept_and_put_back() {
        try (PointerScope scope = new PointerScope()) {
            LossSecondMoment learned = warm();
            LossSecondMoment restored = new LossSecondMoment(TOTAL);
            restored.restore(learned.state());
            assertThat(restored.probabilities()).containsExactly(learned.probabilities());
            assertThat(restored.isWarm()).isTrue();
        }
    }

    private static LossSecondMoment warm() {
        LossSecondMoment times = new LossSecondMoment(TOTAL);
        for (int i = 0; i < 10 * TOTAL; i++) {
            times.learn(i % TOTAL, LOSS.applyAsDouble(i % TOTAL));
        }
        return times;
    }

    private record Estimate(double mean, double standardError) {}

    private static Estimate estimate(TimeSampling sampling) {
        TimeSampler times = sampling == TimeSampling.LOSS_SECOND_MOMENT ? warm() : sampling.of(TOTAL);
        SplittableRandom random = new SplittableRandom(7);
        int batches = 4000;
        int size = 16;
        double sum = 0;
        double squares = 0;
        for (int b = 0; b < batches; b++) {
            TimeSampler.Drawn drawn = times.draw(random, size);
            double mean = 0;
            for (int i = 0; i < size; i++) {
                mean += drawn.weights()[i] * LOSS.applyAsDouble(drawn.times()[i]) / size;
            }
            sum += mean;
            squares += mean * mean;
        }
        double mean = sum / batches;
        return new Estimate(mean, Math.sqrt((squares / batches - mean * mean) / batches));
    }
}
