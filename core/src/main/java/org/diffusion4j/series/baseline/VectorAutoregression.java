package org.diffusion4j.series.baseline;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.series.Forecast;
import org.diffusion4j.series.ForecastMethod;

/**
 * Vector autoregression: the next row is linear in the last few, of all series. Fitted by least squares with a ridge, solved by
 * Cholesky's decomposition in float64 (libtorch's LAPACK); the number of rows back and the ridge are those with the least error of the
 * next row on the last fifth of the rows. Paths draw their errors from those of the fit, of all series together.
 *
 * <p>Lütkepohl, "New Introduction to Multiple Time Series Analysis", 2005, chapter 3.
 *
 * @param lag how many rows back
 * @param ridge by which the squares of the coefficients of standardised series count, for each row
 * @param mean of each series
 * @param deviation of each series
 * @param coefficients {@code [1 + lag·series][series]} of standardised values, the constant first, then the newest row
 * @param errors {@code [rows][series]}, what the fit leaves over
 */
record VectorAutoregression(
        int lag, double ridge, double[] mean, double[] deviation, double[][] coefficients, double[][] errors)
        implements ForecastMethod {

    private static final List<Integer> LAGS = List.of(1, 2, 3, 5, 8);
    private static final List<Double> RIDGES = List.of(1e-6, 1e-4, 1e-2);

    /** Fits to a table. */
    static VectorAutoregression fit(SeriesTable table) {
        double[][] values = KnownValues.of(table);
        int series = table.columns();
        require(
                values.length >= 20,
                "vector autoregression needs at least 20 rows to learn from, there are %s",
                values.length);
        double[] mean = new double[series];
        double[] deviation = new double[series];
        for (int d = 0; d < series; d++) {
            int column = d;
            double average = Arrays.stream(values)
                    .mapToDouble(row -> row[column])
                    .average()
                    .orElseThrow();
            double variance = Arrays.stream(values)
                    .mapToDouble(row -> (row[column] - average) * (row[column] - average))
                    .average()
                    .orElseThrow();
            mean[d] = average;
            deviation[d] = variance == 0 ? 1 : Math.sqrt(variance);
        }
        double[][] standard = Arrays.stream(values)
                .map(row -> IntStream.range(0, series)
                        .mapToDouble(d -> (row[d] - mean[d]) / deviation[d])
                        .toArray())
                .toArray(double[][]::new);
        int learned = values.length * 4 / 5;
        int bestLag = 1;
        double bestRidge = RIDGES.get(0);
        double least = Double.POSITIVE_INFINITY;
        for (int lag : LAGS) {
            for (double ridge : RIDGES) {
                if (learned > 2 * lag) {
                    double[][] fitted = solve(Arrays.copyOf(standard, learned), lag, ridge);
                    double error = squares(errors(standard, Math.max(lag, learned), lag, fitted));
                    if (error < least) {
                        least = error;
                        bestLag = lag;
                        bestRidge = ridge;
                    }
                }
            }
        }
        double[][] coefficients = solve(standard, bestLag, bestRidge);
        return new VectorAutoregression(
                bestLag, bestRidge, mean, deviation, coefficients, errors(standard, bestLag, bestLag, coefficients));
    }

    private static double squares(double[][] errors) {
        return Arrays.stream(errors)
                .flatMapToDouble(Arrays::stream)
                .map(error -> error * error)
                .average()
                .orElse(Double.POSITIVE_INFINITY);
    }

    private static double[][] solve(double[][] rows, int lag, double ridge) {
        int series = rows[0].length;
        int width = 1 + lag * series;
        int count = rows.length - lag;
        double[] x = new double[count * width];
        double[] y = new double[count * series];
        for (int t = 0; t < count; t++) {
            System.arraycopy(regressors(rows, t + lag, lag), 0, x, t * width, width);
            System.arraycopy(rows[t + lag], 0, y, t * series, series);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor design = Tensors.of(x, count, width);
            Tensor squares = design.t()
                    .mm(design)
                    .add(torch.eye(width, new TensorOptions(ScalarType.Double)), new Scalar(ridge * count));
            Tensor solution =
                    torch.cholesky_solve(design.t().mm(Tensors.of(y, count, series)), torch.linalg_cholesky(squares));
            double[] flat = Tensors.toArray(solution);
            return IntStream.range(0, width)
                    .mapToObj(i -> Arrays.copyOfRange(flat, i * series, (i + 1) * series))
                    .toArray(double[][]::new);
        }
    }

    private static double[] regressors(double[][] rows, int at, int lag) {
        int series = rows[0].length;
        double[] x = new double[1 + lag * series];
        x[0] = 1;
        for (int back = 1; back <= lag; back++) {
            System.arraycopy(rows[at - back], 0, x, 1 + (back - 1) * series, series);
        }
        return x;
    }

    private static double[] times(double[] x, double[][] coefficients) {
        double[] y = new double[coefficients[0].length];
        for (int i = 0; i < x.length; i++) {
            for (int d = 0; d < y.length; d++) {
                y[d] += x[i] * coefficients[i][d];
            }
        }
        return y;
    }

    private static double[][] errors(double[][] rows, int from, int lag, double[][] coefficients) {
        double[][] errors = new double[rows.length - from][];
        for (int t = from; t < rows.length; t++) {
            double[] error = times(regressors(rows, t, lag), coefficients);
            for (int d = 0; d < error.length; d++) {
                error[d] = rows[t][d] - error[d];
            }
            errors[t - from] = error;
        }
        return errors;
    }

    @Override
    public Forecast forecast(SeriesTable history, int horizon, int paths, long seed) {
        require(
                history.columns() == mean.length,
                "the fit has %s series, the history %s",
                mean.length,
                history.columns());
        require(history.rows() >= lag, "the history has %s rows, the fit needs %s", history.rows(), lag);
        double[][] known = KnownValues.of(history);
        double[][] last = new double[lag][mean.length];
        for (int i = 0; i < lag; i++) {
            for (int d = 0; d < mean.length; d++) {
                last[i][d] = (known[known.length - lag + i][d] - mean[d]) / deviation[d];
            }
        }
        double[][][] samples = IntStream.range(0, paths)
                .mapToObj(path -> path(last, horizon, Baseline.pathRandom(seed, path)))
                .toArray(double[][][]::new);
        return new Forecast(history.names(), history.times(history.rows(), history.rows() + horizon), samples);
    }

    private double[][] path(double[][] last, int horizon, SplittableRandom random) {
        double[][] rows = Arrays.copyOf(last, lag + horizon);
        double[][] path = new double[horizon][mean.length];
        for (int t = 0; t < horizon; t++) {
            double[] next = times(regressors(rows, lag + t, lag), coefficients);
            double[] error = errors[random.nextInt(errors.length)];
            for (int d = 0; d < next.length; d++) {
                next[d] += error[d];
                path[t][d] = mean[d] + deviation[d] * next[d];
            }
            rows[lag + t] = next;
        }
        return path;
    }
}
