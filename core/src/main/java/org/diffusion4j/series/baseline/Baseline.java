package org.diffusion4j.series.baseline;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.series.Forecast;
import org.diffusion4j.series.ForecastMethod;

/** Forecasts that cost nothing, and the one of econometrics: a model that is not better says nothing. */
public enum Baseline {

    /** The last value, repeated: one path. */
    NAIVE("naive") {
        @Override
        public ForecastMethod fit(SeriesTable training) {
            return (history, horizon, paths, seed) -> {
                double[] last = KnownValues.of(history)[history.rows() - 1];
                return alone(history, horizon, row -> last.clone());
            };
        }
    },

    /** The values of the last season of the table's frequency, repeated: one path. See {@link #seasonal}. */
    SEASONAL_NAIVE("seasonal-naive") {
        @Override
        public ForecastMethod fit(SeriesTable training) {
            return seasonal(training.frequency().season());
        }
    },

    /** The line through the first and the last value, continued: one path. */
    DRIFT("drift") {
        @Override
        public ForecastMethod fit(SeriesTable training) {
            return (history, horizon, paths, seed) -> {
                double[][] known = KnownValues.of(history);
                double[] first = known[0];
                double[] last = known[known.length - 1];
                double rows = Math.max(1, known.length - 1);
                return alone(
                        history,
                        horizon,
                        row -> IntStream.range(0, last.length)
                                .mapToDouble(d -> last[d] + (row + 1) * (last[d] - first[d]) / rows)
                                .toArray());
            };
        }
    },

    /** The last value, and from there on changes drawn from those of the past, of all series together. */
    RANDOM_WALK("random-walk") {
        @Override
        public ForecastMethod fit(SeriesTable training) {
            return (history, horizon, paths, seed) -> {
                double[][] known = KnownValues.of(history);
                require(known.length >= 2, "a random walk needs a history of at least 2 rows, it has 1");
                double[][][] samples = IntStream.range(0, paths)
                        .mapToObj(path -> {
                            SplittableRandom random = pathRandom(seed, path);
                            double[][] rows = new double[horizon][];
                            double[] at = known[known.length - 1];
                            for (int t = 0; t < horizon; t++) {
                                int drawn = 1 + random.nextInt(known.length - 1);
                                double[] next = at.clone();
                                for (int d = 0; d < next.length; d++) {
                                    next[d] += known[drawn][d] - known[drawn - 1][d];
                                }
                                rows[t] = next;
                                at = next;
                            }
                            return rows;
                        })
                        .toArray(double[][][]::new);
                return new Forecast(history.names(), history.times(history.rows(), history.rows() + horizon), samples);
            };
        }
    },

    /** {@link VectorAutoregression}. */
    VAR("var") {
        @Override
        public ForecastMethod fit(SeriesTable training) {
            return VectorAutoregression.fit(training);
        }
    };

    private interface Rows {
        double[] at(int row);
    }

    private final String text;

    Baseline(String text) {
        this.text = text;
    }

    /**
     * Learns what is to be learned.
     *
     * @param training the rows before the first forecast
     * @throws IllegalArgumentException if they are too few
     */
    public abstract ForecastMethod fit(SeriesTable training);

    /**
     * {@link #SEASONAL_NAIVE} with another season than the frequency's, which is a day for hours and a single row for days.
     *
     * @param season in rows, at least 1
     */
    public static ForecastMethod seasonal(int season) {
        require(season >= 1, "a season has at least 1 row, was %s", season);
        return (history, horizon, paths, seed) -> {
            require(history.rows() >= season, "the history has %s rows, a season has %s", history.rows(), season);
            double[][] known = KnownValues.of(history);
            return alone(history, horizon, row -> known[known.length - season + row % season].clone());
        };
    }

    /**
     * The baseline of that name.
     *
     * @throws IllegalArgumentException if there is none; the message has those that are
     */
    public static Baseline named(String name) {
        return DidYouMean.choose("baseline", name, List.of(values()));
    }

    private static Forecast alone(SeriesTable history, int horizon, Rows rows) {
        double[][] path = IntStream.range(0, horizon).mapToObj(rows::at).toArray(double[][]::new);
        return new Forecast(
                history.names(), history.times(history.rows(), history.rows() + horizon), new double[][][] {path});
    }

    /** The random numbers of a path, whatever other paths are drawn. */
    static SplittableRandom pathRandom(long seed, int path) {
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + path);
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return text;
    }
}
