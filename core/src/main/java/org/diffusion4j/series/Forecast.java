package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import org.diffusion4j.evaluate.SampleQuantile;

/**
 * Sample paths of what may come.
 *
 * @param names of the series
 * @param times of the rows
 * @param samples {@code [paths][rows][series]}; not copied
 */
public record Forecast(List<String> names, List<LocalDateTime> times, double[][][] samples) {

    public Forecast {
        names = List.copyOf(names);
        times = List.copyOf(times);
        require(samples.length >= 1, "a forecast needs at least one path");
    }

    /**
     * A quantile of each value: one of the paths' values, without interpolation.
     *
     * @param q in [0, 1]
     * @return {@code [rows][series]}
     */
    public double[][] quantile(double q) {
        double[][] quantile = new double[times.size()][names.size()];
        for (int t = 0; t < quantile.length; t++) {
            for (int d = 0; d < quantile[t].length; d++) {
                int row = t;
                int series = d;
                double[] sorted = Arrays.stream(samples)
                        .mapToDouble(path -> path[row][series])
                        .sorted()
                        .toArray();
                quantile[t][d] = SampleQuantile.of(sorted, q);
            }
        }
        return quantile;
    }
}
