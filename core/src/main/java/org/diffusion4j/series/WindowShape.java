package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import java.util.List;

/**
 * How long the windows are from which a model learns.
 *
 * @param context rows that the recurrent layers read before the forecast begins
 * @param horizon rows of the forecast
 * @param lags how many rows back the network sees values, each at least 1
 */
record WindowShape(int context, int horizon, List<Integer> lags) {

    WindowShape {
        lags = List.copyOf(lags);
        require(context >= 1, "data.context must be at least 1, was %s", context);
        require(horizon >= 1, "data.horizon must be at least 1, was %s", horizon);
        require(
                !lags.isEmpty() && lags.stream().allMatch(lag -> lag >= 1),
                "data.lags must be at least one number of rows, each at least 1, were %s",
                lags);
    }

    /** How many rows before the forecast are needed. */
    int history() {
        return context + lags.stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    /** How many rows a window has. */
    int rows() {
        return history() + horizon;
    }

    /** How many rows the network goes along. */
    int steps() {
        return context + horizon;
    }

    /**
     * What the network reads at a row: the scaled values of the past, those of a series beside each other.
     *
     * @param values {@code [rows][series]}, at least up to the row before
     */
    void lags(double[][] values, int row, double[] scale, double[] into, int at) {
        int next = at;
        for (int d = 0; d < scale.length; d++) {
            for (int lag : lags) {
                into[next++] = values[row - lag][d] / scale[d];
            }
        }
    }
}
