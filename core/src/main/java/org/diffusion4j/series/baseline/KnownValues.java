package org.diffusion4j.series.baseline;

import org.diffusion4j.data.series.SeriesTable;

/** A table's values with each gap filled with the value before it; before the first value with that; 0 where a series has none. */
final class KnownValues {

    private KnownValues() {}

    static double[][] of(SeriesTable table) {
        double[][] values = table.values(0, table.rows());
        for (int d = 0; d < table.columns(); d++) {
            double before = 0;
            for (int t = values.length - 1; t >= 0; t--) {
                before = Double.isNaN(values[t][d]) ? before : values[t][d];
            }
            for (double[] row : values) {
                row[d] = Double.isNaN(row[d]) ? before : row[d];
                before = row[d];
            }
        }
        return values;
    }
}
