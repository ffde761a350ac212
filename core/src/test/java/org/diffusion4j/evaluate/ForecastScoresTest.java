package org.diffusion4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Scores of forecasts")
class ForecastScoresTest {

    /** Paths of one row with the values 0 … 100. */
    private static final double[][] UNIFORM =
            IntStream.rangeClosed(0, 100).mapToObj(i -> new double[] {i}).toArray(double[][]::new);

    @Test
    void are_the_same_added_at_once_and_merged() {
        ForecastScores all = new ForecastScores();
        ForecastScores first = new ForecastScores();
        ForecastScores second = new ForecastScores();
        double[] targets = {3, 48, 99, 20, -7};
        for (int i = 0; i < targets.length; i++) {
            all.add(new double[] {targets[i]}, UNIFORM, 2);
            (i < 2 ? first : second).add(new double[] {targets[i]}, UNIFORM, 2);
        }
        first.merge(second);

        assertThat(first.forecasts()).isEqualTo(5);
        assertThat(first.crps()).isCloseTo(all.crps(), within(1e-12));
        assertThat(first.mase()).isCloseTo(all.mase(), within(1e-12));
        assertThat(first.msis()).isCloseTo(all.msis(), within(1e-12));
        assertThat(first.coverageError()).isCloseTo(all.coverageError(), within(1e-12));
    }

    @Test
    void count_how_often_bands_hold_what_came() {
        ForecastScores scores = new ForecastScores();
        for (int y = 0; y <= 100; y++) {
            scores.add(new double[] {y}, UNIFORM, 1);
        }
        assertThat(scores.coverageOfHalf()).isCloseTo(0.5, within(0.01));
        assertThat(scores.coverageOfNineTenths()).isCloseTo(0.9, within(0.01));
        assertThat(scores.coverage(0.25)).isCloseTo(0.25, within(0.01));
        assertThat(scores.coverageError()).isLessThan(0.01);
    }

    @Test
    void pass_over_values_that_are_not_known() {
        ForecastScores scores = new ForecastScores();
        scores.add(new double[] {Double.NaN, 4}, new double[][] {{1, 6}}, 0);
        scores.add(new double[] {Double.NaN}, new double[][] {{1}}, 1);

        assertThat(scores.forecasts()).isEqualTo(1);
        assertThat(scores.nd()).isEqualTo(0.5);
        assertThat(scores.mase()).isZero(); // a series that never changes has no scale
        assertThat(ForecastScores.seasonalError(new double[] {1, Double.NaN, 3, 5}, 1))
                .isEqualTo(2);
        assertThat(ForecastScores.seasonalError(new double[] {1, 4}, 7)).isEqualTo(3);
    }

    @Test
    void of_a_sum_see_whether_paths_rise_together() {
        double[][] past = {{1, 1}, {2, 2}};
        double[][][] together = {{{0, 0}}, {{2, 2}}};
        double[][][] apart = {{{0, 2}}, {{2, 0}}};
        MultivariateScores right = new MultivariateScores(2);
        right.add(past, 1, new double[][] {{2, 2}}, together);
        MultivariateScores wrong = new MultivariateScores(2);
        wrong.add(past, 1, new double[][] {{2, 2}}, apart);

        assertThat(right.all().crps()).isEqualTo(wrong.all().crps());
        assertThat(right.sum().crps()).isLessThan(wrong.sum().crps());
    }

    @Test
    void refuse_what_cannot_be_merged_or_asked() {
        assertThatThrownBy(() -> new ForecastScores().merge(new ForecastScores(List.of(0.5))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("scores of other quantiles cannot be merged");
        assertThatThrownBy(() -> new ForecastScores(List.of(0.5)).coverage(0.3))
                .hasMessage("the quantile 0.3 is not one of [0.5]");
        assertThatThrownBy(() -> new MultivariateScores(2).merge(new MultivariateScores(3)))
                .hasMessage("scores of 2 and of 3 series cannot be merged");
    }
}
