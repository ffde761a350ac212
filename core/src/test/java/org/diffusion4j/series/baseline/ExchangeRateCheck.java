package org.diffusion4j.series.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.data.series.CsvCell;
import org.diffusion4j.data.series.Frequency;
import org.diffusion4j.data.series.SeriesCsv;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.evaluate.MultivariateScores;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.series.Backtest;

/** The protocol of TimeGrad's paper on exchange rates: reading, windows and scores, with the last value as the forecast. */
public final class ExchangeRateCheck implements GoldenCheck {

    /** The rates as a table; gluonts counts their business days from 1990-01-01. */
    private static final Path DATA = Path.of("src/test/resources/series/exchange_rate.csv.gz");

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("MultivariateGrouper, MultivariateEvaluator");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        golden.needsNo("config.data", "inputs.forecast"); // as a table here; the last value, repeated
        SeriesTable read = new SeriesCsv().read(DATA);
        assertThat(read.frequency())
                .isEqualTo(Frequency.parse(golden.config().get("freq").asText()));
        assertThat(read.columns()).isEqualTo(golden.config().get("target_dim").asInt());
        SeriesTable table = new SeriesTable(read.names(), read.frequency(), read.time(0), singles(read));
        Backtest backtest = new Backtest(
                golden.config().get("windows").asInt(),
                golden.config().get("prediction_length").asInt(),
                1);
        int begin = backtest.training(table).rows();
        out.expectExactly("train_length", begin);
        out.expectExactly(
                "window_lengths",
                IntStream.rangeClosed(1, backtest.windows())
                        .mapToDouble(w -> begin + w * backtest.horizon())
                        .toArray());
        List<String> dates = IntStream.range(0, backtest.windows())
                .mapToObj(w -> CsvCell.text(table.time((long) begin + w * backtest.horizon())))
                .toList();
        assertThat(golden.json().at("/expected/first_forecast_dates"))
                .extracting(date -> date.asText())
                .isEqualTo(dates);
        out.expect("last_values_window_0", table.values(begin - 1, begin)[0]);

        MultivariateScores scores = backtest.of(Baseline.NAIVE.fit(table), table, 0);
        out.expect("mean_wQuantileLoss", scores.all().crps());
        out.expect("m_sum_mean_wQuantileLoss", scores.sum().crps());
        out.expect("ND", scores.all().nd());
        out.expect("m_sum_ND", scores.sum().nd());
        out.expect("NRMSE", scores.all().nrmse());
        out.expect("m_sum_NRMSE", scores.sum().nrmse());
        out.expect("MSE", scores.all().mse());
        out.expect("m_sum_MSE", scores.sum().mse());
        out.expect("0_ND", scores.of(0).nd());
        out.expect("7_ND", scores.of(7).nd());
    }

    /** The reference keeps values in float32. */
    private static double[][] singles(SeriesTable table) {
        return Arrays.stream(table.values(0, table.rows()))
                .map(row -> Arrays.stream(row).map(value -> (float) value).toArray())
                .toArray(double[][]::new);
    }
}
