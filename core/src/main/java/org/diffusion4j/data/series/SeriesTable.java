package org.diffusion4j.data.series;

import static org.diffusion4j.engine.Require.require;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.engine.Sha256;

/**
 * Several series over the same times: a row for each time, a column for each series, NaN where a value is missing. Immutable.
 *
 * <p>Threads: may be shared.
 */
public final class SeriesTable {

    private final List<String> names;
    private final Frequency frequency;
    private final LocalDateTime start;
    private final double[][] values;
    private final int rows;

    /**
     * Of its numbers.
     *
     * @param names of the columns, all different
     * @param start the time of the first row; the others follow by the frequency
     * @param values {@code [rows][columns]}, NaN where one is missing; copied
     * @throws IllegalArgumentException if there is no row or column, a name twice, a row of another length, or an infinite value
     */
    public SeriesTable(List<String> names, Frequency frequency, LocalDateTime start, double[][] values) {
        this(names, frequency, start, copy(values), values.length);
        require(!names.isEmpty(), "a table needs at least one series");
        require(values.length > 0, "a table needs at least one row");
        require(names.stream().distinct().count() == names.size(), "two series have the same name: %s", names);
        for (int i = 0; i < values.length; i++) {
            require(
                    values[i].length == names.size(),
                    "row %s has %s values, but there are %s series",
                    i,
                    values[i].length,
                    names.size());
            for (double value : values[i]) {
                require(!Double.isInfinite(value), "row %s has an infinite value", i);
            }
        }
    }

    private SeriesTable(List<String> names, Frequency frequency, LocalDateTime start, double[][] values, int rows) {
        this.names = List.copyOf(names);
        this.frequency = frequency;
        this.start = start;
        this.values = values;
        this.rows = rows;
    }

    private static double[][] copy(double[][] values) {
        return Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
    }

    /** The names of the series. */
    public List<String> names() {
        return names;
    }

    public Frequency frequency() {
        return frequency;
    }

    public int rows() {
        return rows;
    }

    /** How many series there are. */
    public int columns() {
        return names.size();
    }

    /** A value, NaN where it is missing. */
    public double at(int row, int column) {
        require(0 <= row && row < rows, "row %s is not one of the %s rows", row, rows);
        return values[row][column];
    }

    /** The time of a row; those after the last go on by the frequency. */
    public LocalDateTime time(long row) {
        return frequency.after(start, row);
    }

    /** The times of rows {@code from … to − 1}, which may lie after the last. */
    public List<LocalDateTime> times(int from, int to) {
        return IntStream.range(from, to).mapToObj(this::time).toList();
    }

    /**
     * The first rows, as who stood there saw them; shares the numbers.
     *
     * @throws IllegalArgumentException if there are fewer, or none are asked for
     */
    public SeriesTable first(int count) {
        require(1 <= count && count <= rows, "the first %s of %s rows are asked for", count, rows);
        return new SeriesTable(names, frequency, start, values, count);
    }

    /** Rows {@code from … to − 1}, {@code [to − from][columns]}, copied. */
    public double[][] values(int from, int to) {
        require(0 <= from && from <= to && to <= rows, "rows %s to %s of %s are asked for", from, to, rows);
        return copy(Arrays.copyOfRange(values, from, to));
    }

    /** SHA-256 of names, frequency, times and values. */
    public String fingerprint() {
        MessageDigest digest = Sha256.digest();
        digest.update((names + " " + frequency + " " + start).getBytes(StandardCharsets.UTF_8));
        ByteBuffer row = ByteBuffer.allocate(Double.BYTES * columns());
        for (int i = 0; i < rows; i++) {
            row.clear();
            for (double value : values[i]) {
                row.putDouble(value);
            }
            digest.update(row.array());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
