package org.diffusion4j.series;

import org.diffusion4j.data.series.SeriesTable;

/**
 * A table as the network sees it: each gap filled with the value before it, then transformed.
 *
 * @param values {@code [rows][series]}, without gaps
 * @param known 1 where a number comes from known values, else 0
 * @param last the values of the last row, gaps filled, before the transform
 */
record ModelSeries(double[][] values, double[][] known, double[] last) {

    /**
     * Fills and transforms a table.
     *
     * @throws IllegalArgumentException if a series has no value at all
     */
    static ModelSeries of(SeriesTable table, SeriesTransform transform) {
        double[][] raw = table.values(0, table.rows());
        double[][] known = new double[raw.length][table.columns()];
        for (int d = 0; d < table.columns(); d++) {
            double value = firstKnown(raw, table, d);
            for (int t = 0; t < raw.length; t++) {
                boolean missing = Double.isNaN(raw[t][d]);
                boolean alone = transform.needsRowBefore() && (t == 0 || Double.isNaN(table.at(t - 1, d)));
                value = missing ? value : raw[t][d];
                raw[t][d] = value;
                known[t][d] = missing || alone ? 0 : 1;
            }
        }
        double[] last = raw[raw.length - 1].clone();
        return new ModelSeries(transform.of(raw), known, last);
    }

    /** What stands before the first known value of a series. */
    private static double firstKnown(double[][] values, SeriesTable table, int column) {
        for (double[] row : values) {
            if (!Double.isNaN(row[column])) {
                return row[column];
            }
        }
        throw new IllegalArgumentException("the series '" + table.names().get(column) + "' has no value in "
                + table.rows() + " rows; take its column out of the table, or fill it");
    }
}
