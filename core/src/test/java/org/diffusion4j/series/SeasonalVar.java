package org.diffusion4j.series;

import java.time.LocalDateTime;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.diffusion4j.data.series.Frequency;
import org.diffusion4j.data.series.SeriesTable;

/**
 * Made-up series of which the law is known: around a season of the weekday each value is {@code 0.6·before + noise}, the noise of
 * all series is correlated, and every row is calm or, one time in four, twice as restless.
 */
final class SeasonalVar {

    static final int SERIES = 8;
    static final double MEMORY = 0.6;

    private SeasonalVar() {}

    /** Of the noise of any two series, which have one source in common. */
    static final double CORRELATION = 0.7;

    private static double season(int row, int series) {
        return Math.sin(2 * Math.PI * (row + series) / 7);
    }

    /** A table of so many days. */
    static SeriesTable table(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] values = new double[rows][SERIES];
        double[] around = new double[SERIES];
        for (int t = 0; t < rows; t++) {
            double size = random.nextInt(4) == 0 ? 0.6 : 0.3;
            double shared = random.nextGaussian();
            for (int d = 0; d < SERIES; d++) {
                double noise = Math.sqrt(CORRELATION) * shared + Math.sqrt(1 - CORRELATION) * random.nextGaussian();
                around[d] = MEMORY * around[d] + size * noise;
                values[t][d] = season(t, d) + around[d];
            }
        }
        List<String> names = IntStream.range(0, SERIES).mapToObj(d -> "s" + d).toList();
        return new SeriesTable(names, Frequency.parse("D"), LocalDateTime.of(2020, 1, 6, 0, 0), values);
    }
}
