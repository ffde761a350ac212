package org.diffusion4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.diffusion4j.data.series.Frequency;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** Scores of forecasts as gluonts' {@code MultivariateEvaluator} computes them. */
public final class ForecastScoresCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("gluonts.evaluation.MultivariateEvaluator");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        List<Double> quantiles = doubles(golden.config().get("quantiles"));
        int past = golden.config().get("past_length").asInt();
        int horizon = golden.config().get("prediction_length").asInt();
        int season = Frequency.parse(golden.config().get("freq").asText()).season();
        golden.needsNo("config.alpha"); // 0.05 in all, as here
        double[] target = golden.input("target").values();
        double[] samples = golden.input("samples").values();
        int windows = (int) golden.input("target").shape()[0];
        int series = (int) golden.input("target").shape()[2];
        int paths = (int) golden.input("samples").shape()[1];

        MultivariateScores scores = new MultivariateScores(series, quantiles);
        ForecastScores ofMean = new ForecastScores(quantiles);
        for (int w = 0; w < windows; w++) {
            MultivariateScores one = new MultivariateScores(series, quantiles);
            double[][] whole = rows(target, w * (past + horizon), past + horizon, series);
            double[][] before = Arrays.copyOfRange(whole, 0, past);
            double[][] after = Arrays.copyOfRange(whole, past, past + horizon);
            double[][][] drawn = new double[paths][][];
            for (int p = 0; p < paths; p++) {
                drawn[p] = rows(samples, (w * paths + p) * horizon, horizon, series);
            }
            one.add(before, season, after, drawn);
            scores.merge(one);
            ofMean.add(
                    means(after),
                    Arrays.stream(drawn).map(ForecastScoresCheck::means).toArray(double[][]::new),
                    ForecastScores.seasonalError(means(before), season));
        }
        hold("", scores.all(), quantiles, golden, out);
        hold("m_sum_", scores.sum(), quantiles, golden, out);
        for (int d = 0; d < series; d++) {
            hold(d + "_", scores.of(d), quantiles, golden, out);
        }
        for (JsonNode aggregate : golden.config().get("target_agg_funcs")) {
            if (aggregate.asText().equals("mean")) {
                hold("m_mean_", ofMean, quantiles, golden, out);
            }
        }
        assertThat(out.checked()).isEqualTo(golden.expectedNames().size());
    }

    private static void hold(
            String prefix, ForecastScores scores, List<Double> quantiles, GoldenCase golden, Comparison out) {
        expect(prefix + "mean_wQuantileLoss", scores.crps(), golden, out);
        expect(prefix + "mean_absolute_QuantileLoss", scores.meanQuantileLoss(), golden, out);
        expect(prefix + "ND", scores.nd(), golden, out);
        expect(prefix + "NRMSE", scores.nrmse(), golden, out);
        expect(prefix + "RMSE", scores.rmse(), golden, out);
        expect(prefix + "MSE", scores.mse(), golden, out);
        expect(prefix + "abs_error", scores.absError(), golden, out);
        expect(prefix + "abs_target_sum", scores.absTargetSum(), golden, out);
        expect(prefix + "abs_target_mean", scores.absTargetMean(), golden, out);
        expect(prefix + "seasonal_error", scores.seasonalError(), golden, out);
        expect(prefix + "MASE", scores.mase(), golden, out);
        expect(prefix + "MAPE", scores.mape(), golden, out);
        expect(prefix + "sMAPE", scores.smape(), golden, out);
        expect(prefix + "MSIS", scores.msis(), golden, out);
        // the reference takes the last quantile's coverage for every quantile
        double last = scores.coverage(quantiles.get(quantiles.size() - 1));
        expect(
                prefix + "MAE_Coverage",
                quantiles.stream()
                        .mapToDouble(q -> Math.abs(last - q))
                        .average()
                        .orElseThrow(),
                golden,
                out);
        ofQuantiles(prefix, "QuantileLoss", scores::quantileLoss, golden, out);
        ofQuantiles(prefix, "wQuantileLoss", scores::weightedQuantileLoss, golden, out);
        ofQuantiles(prefix, "Coverage", scores::coverage, golden, out);
    }

    private static void expect(String name, double value, GoldenCase golden, Comparison out) {
        if (golden.expects(name)) {
            out.expect(name, value);
        }
    }

    private static void ofQuantiles(
            String prefix, String name, ToDoubleFunction<Double> score, GoldenCase golden, Comparison out) {
        String begin = prefix + name + "[";
        golden.expectedNames().stream()
                .filter(expected -> expected.startsWith(begin))
                .forEach(expected -> out.expect(
                        expected,
                        score.applyAsDouble(
                                Double.parseDouble(expected.substring(begin.length(), expected.length() - 1)))));
    }

    private static double[][] rows(double[] values, int first, int count, int width) {
        double[][] rows = new double[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = Arrays.copyOfRange(values, (first + i) * width, (first + i + 1) * width);
        }
        return rows;
    }

    private static double[] means(double[][] rows) {
        return Arrays.stream(rows)
                .mapToDouble(row -> Arrays.stream(row).average().orElseThrow())
                .toArray();
    }

    private static List<Double> doubles(JsonNode list) {
        List<Double> values = new ArrayList<>();
        list.forEach(value -> values.add(value.asDouble()));
        return values;
    }
}
