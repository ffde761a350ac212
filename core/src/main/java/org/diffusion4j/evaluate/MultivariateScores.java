package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How good forecasts of several series at once are: each series for itself, all together, and their sum, which also sees whether sample
 * paths rise and fall together as the series do. An accumulator that can be merged; not thread-safe.
 *
 * <p>Salinas et al., "High-dimensional multivariate forecasting with low-rank Gaussian copula processes", NeurIPS 2019, for CRPS-sum.
 */
public final class MultivariateScores {

    private final List<Double> quantiles;
    private final List<ForecastScores> each;
    private final ForecastScores sum;

    /** Of so many series and no forecast yet, with the papers' quantiles. */
    public MultivariateScores(int series) {
        this(series, ForecastScores.QUANTILES);
    }

    /** Of so many series and no forecast yet. */
    public MultivariateScores(int series, List<Double> quantiles) {
        require(series >= 1, "there must be at least one series, were %s", series);
        this.quantiles = List.copyOf(quantiles);
        this.each = Stream.generate(() -> new ForecastScores(quantiles))
                .limit(series)
                .toList();
        this.sum = new ForecastScores(quantiles);
    }

    /**
     * Adds a forecast.
     *
     * @param past what was known before, {@code [rows][series]}, NaN where a value is missing
     * @param season in rows, for the scale of MASE
     * @param target what came, {@code [horizon][series]}, NaN where it is not known; the sum is not known where one series is not
     * @param samples {@code [paths][horizon][series]}
     */
    public void add(double[][] past, int season, double[][] target, double[][][] samples) {
        for (int d = 0; d < each.size(); d++) {
            int series = d;
            add(each.get(d), past, season, target, samples, row -> row[series]);
        }
        add(sum, past, season, target, samples, row -> Arrays.stream(row).sum());
    }

    private static void add(
            ForecastScores scores,
            double[][] past,
            int season,
            double[][] target,
            double[][][] samples,
            ToDoubleFunction<double[]> of) {
        scores.add(
                of(target, of),
                Arrays.stream(samples).map(path -> of(path, of)).toArray(double[][]::new),
                ForecastScores.seasonalError(of(past, of), season));
    }

    private static double[] of(double[][] rows, ToDoubleFunction<double[]> of) {
        return Arrays.stream(rows).mapToDouble(of).toArray();
    }

    /**
     * Adds what another has gathered, of other forecasts of the same series.
     *
     * @throws IllegalArgumentException if it has another number of series or other quantiles
     */
    public void merge(MultivariateScores other) {
        require(
                each.size() == other.each.size(),
                "scores of %s and of %s series cannot be merged",
                each.size(),
                other.each.size());
        IntStream.range(0, each.size()).forEach(d -> each.get(d).merge(other.each.get(d)));
        sum.merge(other.sum);
    }

    /** Those of one series, as they stand; later forecasts are added to it. */
    public ForecastScores of(int series) {
        return each.get(series);
    }

    /** Those of all series together, a copy: {@link ForecastScores#crps} is the papers' CRPS. */
    public ForecastScores all() {
        ForecastScores all = new ForecastScores(quantiles);
        each.forEach(all::merge);
        return all;
    }

    /** Those of the sum of all series: {@link ForecastScores#crps} is the papers' CRPS-sum. */
    public ForecastScores sum() {
        return sum;
    }
}
