package org.diffusion4j.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffusion4j.data.series.CsvCell;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.report.FanPlot;

/** Forecasts as pictures. */
public final class ForecastPlot {

    private static final int HORIZONS_OF_PAST = 3;

    private ForecastPlot() {}

    /**
     * An SVG document with a panel for each series: its last rows, three times as many as are forecast, then the median and the bands of
     * 50 and 90 %.
     */
    public static String of(SeriesTable history, Forecast forecast) {
        int rows = Math.min(history.rows(), HORIZONS_OF_PAST * forecast.times().size());
        int from = history.rows() - rows;
        double[][] past = history.values(from, history.rows());
        List<double[][]> quantiles = List.of(0.05, 0.95, 0.25, 0.75, 0.5).stream()
                .map(forecast::quantile)
                .toList();
        List<FanPlot.Panel> panels = new ArrayList<>();
        for (int d = 0; d < forecast.names().size(); d++) {
            int series = d;
            List<double[]> of =
                    quantiles.stream().map(rowsOf -> column(rowsOf, series)).toList();
            panels.add(new FanPlot.Panel(
                    forecast.names().get(d),
                    column(past, d),
                    List.of(new FanPlot.Band(of.get(0), of.get(1)), new FanPlot.Band(of.get(2), of.get(3))),
                    of.get(4),
                    CsvCell.text(history.time(from)),
                    CsvCell.text(history.time(history.rows() - 1L)),
                    CsvCell.text(forecast.times().get(forecast.times().size() - 1))));
        }
        return new FanPlot("median, 50 % and 90 % of " + forecast.samples().length + " sample paths", panels).toSvg();
    }

    private static double[] column(double[][] rows, int column) {
        return Arrays.stream(rows).mapToDouble(row -> row[column]).toArray();
    }
}
