package org.diffusion4j.series;

import org.diffusion4j.data.series.SeriesTable;

/** Something that forecasts series. */
@FunctionalInterface
public interface ForecastMethod {

    /**
     * Forecasts the rows after a table's last.
     *
     * @param paths how many sample paths; a method without randomness gives one
     * @param seed from which alone, with a path's number, its randomness follows
     * @throws IllegalArgumentException if it needs more history, or other series
     */
    Forecast forecast(SeriesTable history, int horizon, int paths, long seed);
}
