package org.diffusion4j.series.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.LocalDateTime;
import java.util.List;
import java.util.SplittableRandom;
import org.diffusion4j.data.series.Frequency;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.evaluate.ForecastScores;
import org.diffusion4j.series.Backtest;
import org.diffusion4j.series.Forecast;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A baseline")
class BaselineTest {

    private static SeriesTable table(String frequency, double[][] values) {
        return new SeriesTable(
                List.of("a", "b"), Frequency.parse(frequency), LocalDateTime.of(2020, 1, 1, 0, 0), values);
    }

    @Test
    void repeats_the_last_value_or_season_or_goes_on_along_a_line() {
        double[][] values = new double[14][];
        for (int t = 0; t < values.length; t++) {
            values[t] = new double[] {2 * t, t == 13 ? Double.NaN : t % 5};
        }
        SeriesTable table = table("B", values);

        assertThat(path(Baseline.NAIVE, table)).isDeepEqualTo(new double[][] {{26, 2}, {26, 2}});
        assertThat(path(Baseline.SEASONAL_NAIVE, table)).isDeepEqualTo(new double[][] {{18, 4}, {20, 0}});
        assertThat(path(Baseline.DRIFT, table)[1][0]).isCloseTo(30, within(1e-12));
    }

    private static double[][] path(Baseline baseline, SeriesTable table) {
        Forecast forecast = baseline.fit(table).forecast(table, 2, 9, 0);
        assertThat(forecast.samples()).hasNumberOfRows(1);
        return forecast.samples()[0];
    }

    /** {@code a = 0.9·a + noise, b = 0.8·a before + noise}. */
    private static SeriesTable coupled(int rows) {
        SplittableRandom random = new SplittableRandom(1);
        double[][] values = new double[rows][2];
        for (int t = 1; t < rows; t++) {
            values[t][0] = 0.9 * values[t - 1][0] + random.nextGaussian();
            values[t][1] = 0.8 * values[t - 1][0] + 0.5 * random.nextGaussian();
        }
        return table("D", values);
    }

    @Test
    void of_vector_autoregression_finds_how_series_depend_on_each_other() {
        SeriesTable table = coupled(3000);
        VectorAutoregression fit = VectorAutoregression.fit(table.first(2500));

        assertThat(fit.coefficients()[1][0]).isCloseTo(0.9, within(0.05));
        double a = fit.coefficients()[1][1] * fit.deviation()[1] / fit.deviation()[0]; // of series as they are
        assertThat(a).isCloseTo(0.8, within(0.05));
        Backtest backtest = new Backtest(100, 5, 100);
        ForecastScores scores = backtest.of(fit, table, 0).all();
        assertThat(scores.coverageOfNineTenths()).isBetween(0.85, 0.95);
        assertThat(scores.crps())
                .isLessThan(0.8
                        * backtest.of(Baseline.NAIVE.fit(table), table, 0).all().crps());
    }

    @Test
    void draws_a_path_by_its_number_and_the_seed() {
        SeriesTable table = coupled(200);
        for (Baseline baseline : List.of(Baseline.VAR, Baseline.RANDOM_WALK)) {
            double[][][] three = baseline.fit(table).forecast(table, 4, 3, 7).samples();
            double[][][] two = baseline.fit(table).forecast(table, 4, 2, 7).samples();
            assertThat(two[1]).isDeepEqualTo(three[1]);
            assertThat(three[2][0]).isNotEqualTo(three[1][0]);
        }
    }

    @Test
    void refuses_too_few_rows_and_unknown_names() {
        SeriesTable few = coupled(3);
        assertThatThrownBy(() -> Baseline.VAR.fit(few))
                .hasMessage("vector autoregression needs at least 20 rows to learn from, there are 3");
        SeriesTable hours = table("H", new double[][] {{1, 2}, {2, 3}});
        assertThatThrownBy(() -> Baseline.SEASONAL_NAIVE.fit(hours).forecast(hours, 1, 1, 0))
                .hasMessage("the history has 2 rows, a season has 24");
        assertThatThrownBy(() -> new Backtest(2, 2, 1).training(few))
                .hasMessageStartingWith("the table has 3 rows, but 2 windows of 2 rows are to be forecast");
        assertThatThrownBy(() -> Baseline.named("vra"))
                .hasMessageStartingWith("there is no baseline 'vra'; did you mean 'var'?");
    }
}
