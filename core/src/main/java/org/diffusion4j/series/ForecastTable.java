package org.diffusion4j.series;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.data.series.CsvCell;

/** Forecasts as CSV. */
public final class ForecastTable {

    private ForecastTable() {}

    /** A row for each time and series: time, series, and a column for each quantile. */
    public static String ofQuantiles(Forecast forecast, List<Double> quantiles) {
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("time", "series"));
        quantiles.forEach(q -> header.add("q" + q));
        rows.add(header);
        List<double[][]> values = quantiles.stream().map(forecast::quantile).toList();
        for (int t = 0; t < forecast.times().size(); t++) {
            for (int d = 0; d < forecast.names().size(); d++) {
                List<String> row = new ArrayList<>(List.of(
                        CsvCell.text(forecast.times().get(t)), forecast.names().get(d)));
                for (double[][] quantile : values) {
                    row.add(String.valueOf(quantile[t][d]));
                }
                rows.add(row);
            }
        }
        return text(rows);
    }

    /** A row for each path and time: path, time, and a column for each series. */
    public static String ofPaths(Forecast forecast) {
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("path", "time"));
        header.addAll(forecast.names());
        rows.add(header);
        for (int p = 0; p < forecast.samples().length; p++) {
            for (int t = 0; t < forecast.times().size(); t++) {
                List<String> row = new ArrayList<>(
                        List.of(String.valueOf(p), CsvCell.text(forecast.times().get(t))));
                for (double value : forecast.samples()[p][t]) {
                    row.add(String.valueOf(value));
                }
                rows.add(row);
            }
        }
        return text(rows);
    }

    private static String text(List<List<String>> rows) {
        StringWriter text = new StringWriter();
        try (CsvWriter writer =
                CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
            rows.forEach(writer::writeRecord);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return text.toString();
    }
}
