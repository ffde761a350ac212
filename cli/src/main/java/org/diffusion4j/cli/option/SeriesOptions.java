package org.diffusion4j.cli.option;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import org.diffusion4j.data.series.CsvCell;
import org.diffusion4j.data.series.Frequency;
import org.diffusion4j.data.series.SeriesCsv;
import org.diffusion4j.data.series.SeriesTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where series are, and the reading of them. */
public final class SeriesOptions {

    @Option(
            names = "--data",
            paramLabel = "FILE.csv",
            description =
                    "A CSV file: a column of times and one for each series, or time, series and value in three columns;"
                            + " .gz is read too.")
    private @Nullable Path data;

    @Option(
            names = "--freq",
            description = "How far apart the rows are: D, B (business days), H, 15min, W, M … (default: by the times).")
    private @Nullable String frequency;

    @Option(
            names = "--start",
            paramLabel = "TIME",
            description = "The time of the first row of a file without a column of times, such as 1990-01-01.")
    private @Nullable String start;

    /** Reads the file. */
    public SeriesTable read() {
        require(data != null, "which series? say --data FILE.csv");
        require(start == null || frequency != null, "--start is for files without times, which also need --freq");
        return new SeriesCsv(
                        frequency == null ? null : Frequency.parse(frequency),
                        start == null ? null : CsvCell.time(start, "--start"))
                .read(data);
    }
}
