package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import java.util.SplittableRandom;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.evaluate.MultivariateScores;

/**
 * Rolling evaluation: the last {@code windows · horizon} rows are forecast in windows that follow each other, each with all rows before it
 * as history.
 *
 * <p>Salinas et al., NeurIPS 2019, and Rasul et al., ICML 2021, section 4.
 *
 * @param windows how many forecasts
 * @param horizon rows of each
 * @param paths how many sample paths of each
 */
public record Backtest(int windows, int horizon, int paths) {

    public Backtest {
        require(windows >= 1, "there must be at least 1 window, were %s", windows);
        require(horizon >= 1, "the horizon must be at least 1, was %s", horizon);
        require(paths >= 1, "there must be at least 1 path, were %s", paths);
    }

    /** The rows that nothing is to be learned from. */
    public int rows() {
        return Math.multiplyExact(windows, horizon);
    }

    /** The table up to the first forecast. */
    public SeriesTable training(SeriesTable table) {
        require(
                table.rows() > rows(),
                "the table has %s rows, but %s windows of %s rows are to be forecast and need rows before them;"
                        + " lower the windows or the horizon",
                table.rows(),
                windows,
                horizon);
        return table.first(table.rows() - rows());
    }

    /**
     * How good a method's forecasts are.
     *
     * @param seed of the first window; those of the others follow from it
     */
    public MultivariateScores of(ForecastMethod method, SeriesTable table, long seed) {
        int begin = training(table).rows();
        MultivariateScores scores = new MultivariateScores(table.columns());
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int w = 0; w < windows; w++) {
            int now = begin + w * horizon;
            Forecast forecast = method.forecast(table.first(now), horizon, paths, seeds.nextLong());
            scores.add(
                    table.values(0, now),
                    table.frequency().season(),
                    table.values(now, now + horizon),
                    forecast.samples());
        }
        return scores;
    }
}
