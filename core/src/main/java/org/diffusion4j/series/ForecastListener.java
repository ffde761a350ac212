package org.diffusion4j.series;

/** Sees how far a forecast is; what it throws ends the forecast. */
@FunctionalInterface
public interface ForecastListener {

    /** So many of all values of all paths are begun, counted by rows. Called after every step of the sampler, so that a long row can be stopped too. */
    void at(long done, long of);
}
