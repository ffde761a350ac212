package org.diffusion4j.series;

/** Sees how far a forecast is; what it throws ends the forecast. */
@FunctionalInterface
public interface ForecastListener {

    /** So many of all values of all paths are begun, counted by rows. */
    void at(long done, long of);
}
