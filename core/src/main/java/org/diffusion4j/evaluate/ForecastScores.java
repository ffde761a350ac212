package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How good forecasts of one quantity are, by their sample paths: the continuous ranked probability score and its relatives, in the
 * definitions of the literature on TimeGrad (gluonts' {@code Evaluator}).
 *
 * <p>An accumulator: forecasts are added one by one, and two accumulators of different forecasts can be merged. Sums are over all times
 * of all forecasts; means are taken of each forecast first. Missing values of the target (NaN) count nowhere. Not thread-safe.
 *
 * <p>Matheson, Winkler, "Scoring Rules for Continuous Probability Distributions", 1976, for CRPS as a mean of quantile losses.
 */
public final class ForecastScores {

    /** 0.05, 0.1 … 0.95, of which papers make their CRPS. */
    public static final List<Double> QUANTILES =
            IntStream.rangeClosed(1, 19).mapToObj(i -> i * 5 / 100.0).toList();

    private static final double MSIS_ALPHA = 0.05;

    private final List<Double> quantiles;
    private final double[] quantileLoss;
    private final double[] below;
    private long forecasts;
    private double absError;
    private double absTarget;
    private double inHalf;
    private double inNineTenths;
    private double squaredError;
    private double absTargetMean;
    private double seasonalError;
    private double scaledError;
    private double percentageError;
    private double symmetricError;
    private double intervalScore;

    /** Of no forecast yet, with the papers' quantiles. */
    public ForecastScores() {
        this(QUANTILES);
    }

    /**
     * Of no forecast yet.
     *
     * @param quantiles ascending, in (0, 1)
     */
    public ForecastScores(List<Double> quantiles) {
        require(
                !quantiles.isEmpty() && quantiles.stream().allMatch(q -> q > 0 && q < 1),
                "quantiles lie in (0, 1), were %s",
                quantiles);
        this.quantiles = List.copyOf(quantiles);
        this.quantileLoss = new double[quantiles.size()];
        this.below = new double[quantiles.size()];
    }

    /**
     * The mean change of a series over a season, by which MASE is scaled.
     *
     * @param past what was known before the forecast, NaN where a value is missing
     * @param season in rows; 1 is taken where there is not as much past
     */
    public static double seasonalError(double[] past, int season) {
        int lag = season < past.length ? season : 1;
        return IntStream.range(lag, past.length)
                .mapToDouble(t -> Math.abs(past[t] - past[t - lag]))
                .filter(change -> !Double.isNaN(change))
                .average()
                .orElse(0);
    }

    /**
     * Adds a forecast.
     *
     * @param target what came, {@code [horizon]}, NaN where it is not known
     * @param samples {@code [paths][horizon]}, at least one
     * @param seasonalError of {@link #seasonalError}
     */
    public void add(double[] target, double[][] samples, double seasonalError) {
        require(samples.length > 0, "a forecast needs at least one sample path");
        int[] known = IntStream.range(0, target.length)
                .filter(t -> !Double.isNaN(target[t]))
                .toArray();
        if (known.length == 0) {
            return;
        }
        One one = new One();
        for (int t : known) {
            double[] sorted =
                    Arrays.stream(samples).mapToDouble(path -> path[t]).toArray();
            Arrays.sort(sorted);
            one.add(target[t], sorted);
        }
        forecasts++;
        double count = known.length;
        absError += one.error;
        absTarget += one.target;
        squaredError += one.squared / count;
        absTargetMean += one.target / count;
        this.seasonalError += seasonalError;
        scaledError += ratio(one.error / count, seasonalError);
        percentageError += one.percentage / count;
        symmetricError += one.symmetric / count;
        intervalScore += ratio(one.interval / count, seasonalError);
        inHalf += one.inHalf / count;
        inNineTenths += one.inNineTenths / count;
        for (int i = 0; i < below.length; i++) {
            quantileLoss[i] += one.loss[i];
            below[i] += one.below[i] / count;
        }
    }

    /** The sums of one forecast. */
    private final class One {
        private final double[] loss = new double[quantiles.size()];
        private final double[] below = new double[quantiles.size()];
        private double error;
        private double target;
        private double squared;
        private double percentage;
        private double symmetric;
        private double interval;
        private double inHalf;
        private double inNineTenths;

        void add(double y, double[] sorted) {
            double median = SampleQuantile.of(sorted, 0.5);
            double mean = Arrays.stream(sorted).average().orElseThrow();
            error += Math.abs(y - median);
            target += Math.abs(y);
            squared += (y - mean) * (y - mean);
            percentage += ratio(Math.abs(y - median), Math.abs(y));
            symmetric += ratio(2 * Math.abs(y - median), Math.abs(y) + Math.abs(median));
            double lower = SampleQuantile.of(sorted, MSIS_ALPHA / 2);
            double upper = SampleQuantile.of(sorted, 1 - MSIS_ALPHA / 2);
            interval += upper - lower + 2 / MSIS_ALPHA * (Math.max(0, lower - y) + Math.max(0, y - upper));
            inHalf += isBetween(sorted, 0.25, 0.75, y) ? 1 : 0;
            inNineTenths += isBetween(sorted, 0.05, 0.95, y) ? 1 : 0;
            for (int i = 0; i < loss.length; i++) {
                double q = quantiles.get(i);
                double f = SampleQuantile.of(sorted, q);
                double under = y <= f ? 1 : 0;
                loss[i] += 2 * Math.abs((f - y) * (under - q));
                below[i] += under;
            }
        }
    }

    private static boolean isBetween(double[] sorted, double low, double high, double y) {
        return SampleQuantile.of(sorted, low) <= y && y <= SampleQuantile.of(sorted, high);
    }

    /** 0 where there is nothing to divide by, as where a series never changes. */
    private static double ratio(double value, double by) {
        return by == 0 ? 0 : value / by;
    }

    /**
     * Adds what another has gathered, of other forecasts.
     *
     * @throws IllegalArgumentException if its quantiles are others
     */
    public void merge(ForecastScores other) {
        require(
                quantiles.equals(other.quantiles),
                "scores of other quantiles cannot be merged: %s and %s",
                quantiles,
                other.quantiles);
        forecasts += other.forecasts;
        absError += other.absError;
        absTarget += other.absTarget;
        squaredError += other.squaredError;
        absTargetMean += other.absTargetMean;
        seasonalError += other.seasonalError;
        scaledError += other.scaledError;
        percentageError += other.percentageError;
        symmetricError += other.symmetricError;
        intervalScore += other.intervalScore;
        inHalf += other.inHalf;
        inNineTenths += other.inNineTenths;
        for (int i = 0; i < below.length; i++) {
            quantileLoss[i] += other.quantileLoss[i];
            below[i] += other.below[i];
        }
    }

    /** How many forecasts were added whose target was known at any time. */
    public long forecasts() {
        return forecasts;
    }

    /** The mean of {@link #weightedQuantileLoss} over all quantiles: what papers call CRPS, and CRPS-sum of the sum of all series. */
    public double crps() {
        return quantiles.stream()
                .mapToDouble(this::weightedQuantileLoss)
                .average()
                .orElseThrow();
    }

    /** The mean of {@link #quantileLoss} over all quantiles. */
    public double meanQuantileLoss() {
        return quantiles.stream().mapToDouble(this::quantileLoss).average().orElseThrow();
    }

    /** {@code 2·Σ|(f − y)·(1[y ≤ f] − q)|} with f the q-quantile of the samples. */
    public double quantileLoss(double q) {
        return quantileLoss[index(q)];
    }

    /** {@link #quantileLoss} over {@code Σ|y|}. */
    public double weightedQuantileLoss(double q) {
        return ratio(quantileLoss(q), absTarget);
    }

    /** The share of targets that lie at or below the q-quantile; q itself is right. */
    public double coverage(double q) {
        return mean(below[index(q)]);
    }

    /** The mean of {@code |coverage(q) − q|} over all quantiles. */
    public double coverageError() {
        return quantiles.stream()
                .mapToDouble(q -> Math.abs(coverage(q) - q))
                .average()
                .orElseThrow();
    }

    /** The share of targets between the 0.25 and the 0.75 quantile; 0.5 is right. */
    public double coverageOfHalf() {
        return mean(inHalf);
    }

    /** The share of targets between the 0.05 and the 0.95 quantile; 0.9 is right. */
    public double coverageOfNineTenths() {
        return mean(inNineTenths);
    }

    /** Σ|y − median|. */
    public double absError() {
        return absError;
    }

    /** Σ|y|. */
    public double absTargetSum() {
        return absTarget;
    }

    /** The mean of |y|. */
    public double absTargetMean() {
        return mean(absTargetMean);
    }

    /** The mean of the seasonal errors. */
    public double seasonalError() {
        return mean(seasonalError);
    }

    /** Normalised deviation: {@code Σ|y − median| / Σ|y|}. */
    public double nd() {
        return ratio(absError, absTarget);
    }

    /** The mean squared error of the samples' mean. */
    public double mse() {
        return mean(squaredError);
    }

    /** The root of {@link #mse}. */
    public double rmse() {
        return Math.sqrt(mse());
    }

    /** {@link #rmse} over the mean of |y|. */
    public double nrmse() {
        return ratio(rmse(), absTargetMean());
    }

    /** Mean absolute scaled error: that of the median over the seasonal error. */
    public double mase() {
        return mean(scaledError);
    }

    /** Mean absolute percentage error of the median, as a share; where y is 0 it counts as none. */
    public double mape() {
        return mean(percentageError);
    }

    /** Its symmetric form, {@code 2·|y − f| / (|y| + |f|)}. */
    public double smape() {
        return mean(symmetricError);
    }

    /** Mean scaled interval score of the band from 0.025 to 0.975. */
    public double msis() {
        return mean(intervalScore);
    }

    private double mean(double sum) {
        return sum / forecasts;
    }

    private int index(double q) {
        int index = quantiles.indexOf(q);
        require(index >= 0, "the quantile %s is not one of %s", q, quantiles);
        return index;
    }
}
