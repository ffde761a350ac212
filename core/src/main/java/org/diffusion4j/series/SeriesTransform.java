package org.diffusion4j.series;

/** What of a series the model learns. */
public enum SeriesTransform {

    /** The values themselves (TimeGrad). */
    NONE("none") {
        @Override
        double[][] of(double[][] values) {
            return values;
        }

        @Override
        void undo(double[] last, double[][] path) {}
    },

    /** The change from row to row: for series without a level that they return to, such as rates and prices. */
    DIFFERENCES("differences") {
        @Override
        double[][] of(double[][] values) {
            double[][] changes = new double[values.length][values[0].length];
            for (int t = 1; t < values.length; t++) {
                for (int d = 0; d < changes[t].length; d++) {
                    changes[t][d] = values[t][d] - values[t - 1][d];
                }
            }
            return changes;
        }

        @Override
        void undo(double[] last, double[][] path) {
            double[] before = last;
            for (double[] row : path) {
                for (int d = 0; d < row.length; d++) {
                    row[d] += before[d];
                }
                before = row;
            }
        }
    };

    private final String text;

    SeriesTransform(String text) {
        this.text = text;
    }

    /** What the model sees of values without gaps, {@code [rows][series]}; the first row of changes is 0. */
    abstract double[][] of(double[][] values);

    /**
     * Turns a path of what the model sees into values, in place.
     *
     * @param last the values before the path
     */
    abstract void undo(double[] last, double[][] path);

    /** Whether row 0 tells nothing. */
    boolean needsRowBefore() {
        return this == DIFFERENCES;
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return text;
    }
}
