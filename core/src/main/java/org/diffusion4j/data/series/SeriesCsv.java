package org.diffusion4j.data.series;

import static org.diffusion4j.engine.Require.require;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables of series from CSV files, plain or {@code .gz}, separated by comma, semicolon or tab.
 *
 * <p>Wide: a header, a column of times, then a column for each series. Long: three columns, time, series and value, with a header. With
 * {@link #start} there is no column of times, and where the first row has numbers only, no header either. Empty cells, {@code NaN},
 * {@code NA} and {@code null} are missing values. Rows may come in any order of time; one that is absent or there twice is refused.
 *
 * @param frequency of the rows, or null to recognise it by the times
 * @param start the time of the first row of a file that has no times, else null
 */
public record SeriesCsv(
        @Nullable Frequency frequency, @Nullable LocalDateTime start) {

    private static final int LONG_COLUMNS = 3;
    private static final int FEWEST_TIMES = 3; // by which a frequency is recognised
    private static final String SEPARATORS = ",;\t";

    public SeriesCsv {
        require(start == null || frequency != null, "a file without times needs a frequency beside its start");
    }

    /** Recognises all by the file. */
    public SeriesCsv() {
        this(null, null);
    }

    /** The values of one time, and the line where they stand. */
    private record Row(long line, double[] values) {}

    /**
     * Reads a file.
     *
     * @throws FormatException if it is not such a table: the message has the line, and the column or time
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    public SeriesTable read(Path file) {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
                BufferedReader text = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            List<CsvRecord> records = records(text);
            if (records.isEmpty()) {
                throw new FormatException(file + ": is empty; it needs a header and a row for each time");
            }
            return table(records, file);
        } catch (UncheckedIOException e) {
            throw FileTrouble.reading(file, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw FileTrouble.reading(file, e);
        } catch (CsvParseException e) {
            throw new FormatException(file + ": is not well-formed CSV: " + e.getMessage(), e);
        }
    }

    private static List<CsvRecord> records(BufferedReader text) throws IOException {
        text.mark(1 << 16);
        char[] head = new char[1 << 14];
        int length = Math.max(0, text.read(head));
        text.reset();
        if (length > 0 && head[0] == '\uFEFF') {
            text.skip(1);
        }
        String first = new String(head, 0, length).lines().findFirst().orElse("");
        char separator = SEPARATORS.charAt(0);
        for (int i = 1; i < SEPARATORS.length(); i++) {
            if (count(first, SEPARATORS.charAt(i)) > count(first, separator)) {
                separator = SEPARATORS.charAt(i);
            }
        }
        return CsvReader.builder()
                .fieldSeparator(separator)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(text)
                .stream()
                .toList();
    }

    private static long count(String text, char wanted) {
        return text.chars().filter(each -> each == wanted).count();
    }

    private SeriesTable table(List<CsvRecord> records, Path file) {
        requireSameLength(records, file);
        if (start != null) {
            return withoutTimes(records, file, start);
        }
        List<String> header =
                records.get(0).getFields().stream().map(String::strip).toList();
        List<CsvRecord> rows = records.subList(1, records.size());
        if (header.size() < 2 || rows.isEmpty()) {
            throw new FormatException(
                    file + ": needs a header, a column of times and at least one series, and a row for each time");
        }
        if (header.stream().allMatch(CsvCell::isNumber)) {
            throw new FormatException(file + ": its first row has numbers only, so there is neither header nor time;"
                    + " give the time of the first row and the frequency (--start 1990-01-01 --freq D)");
        }
        return isLong(header, rows) ? ofLong(rows, file) : ofWide(header, rows, file);
    }

    private static void requireSameLength(List<CsvRecord> records, Path file) {
        int expected = records.get(0).getFieldCount();
        for (CsvRecord row : records) {
            if (row.getFieldCount() != expected) {
                throw new FormatException(file + ", line " + row.getStartingLineNumber() + ": has "
                        + row.getFieldCount() + " cells, the first row has " + expected
                        + "; every row needs a cell for each column, empty where a value is missing");
            }
        }
    }

    private static boolean isLong(List<String> header, List<CsvRecord> rows) {
        return header.size() == LONG_COLUMNS
                && rows.stream().allMatch(row -> !CsvCell.isNumber(row.getField(1)))
                && rows.stream().anyMatch(row -> !CsvCell.isMissing(row.getField(1)));
    }

    private SeriesTable withoutTimes(List<CsvRecord> records, Path file, LocalDateTime first) {
        boolean header = !records.get(0).getFields().stream().allMatch(CsvCell::isNumber);
        List<String> names = new ArrayList<>();
        for (int c = 0; c < records.get(0).getFieldCount(); c++) {
            names.add(header ? records.get(0).getField(c).strip() : String.valueOf(c + 1));
        }
        requireNames(names, file);
        double[][] values = records.stream()
                .skip(header ? 1 : 0)
                .map(row -> values(row, 0, names, file))
                .toArray(double[][]::new);
        if (values.length == 0) {
            throw new FormatException(file + ": has a header but no row");
        }
        return new SeriesTable(names, Objects.requireNonNull(frequency), first, values);
    }

    private SeriesTable ofWide(List<String> header, List<CsvRecord> rows, Path file) {
        List<String> names = header.subList(1, header.size());
        requireNames(names, file);
        TreeMap<LocalDateTime, Row> byTime = new TreeMap<>();
        for (CsvRecord row : rows) {
            LocalDateTime time = CsvCell.time(row.getField(0), at(file, row));
            Row before = byTime.put(time, new Row(row.getStartingLineNumber(), values(row, 1, names, file)));
            if (before != null) {
                throw new FormatException(
                        at(file, row) + ": the time " + row.getField(0).strip() + " is there already, in line "
                                + before.line + "; a time may have one row only");
            }
        }
        return ordered(names, byTime, file);
    }

    private SeriesTable ofLong(List<CsvRecord> rows, Path file) {
        Map<String, Integer> columns = new LinkedHashMap<>();
        rows.forEach(row -> columns.putIfAbsent(row.getField(1).strip(), columns.size()));
        List<String> names = List.copyOf(columns.keySet());
        requireNames(names, file);
        TreeMap<LocalDateTime, Row> byTime = new TreeMap<>();
        Map<String, Long> lines = new HashMap<>();
        for (CsvRecord row : rows) {
            String name = row.getField(1).strip();
            LocalDateTime time = CsvCell.time(row.getField(0), at(file, row));
            Long before = lines.put(time + " " + name, row.getStartingLineNumber());
            if (before != null) {
                throw new FormatException(at(file, row) + ": series '" + name + "' has a value at "
                        + row.getField(0).strip() + " already, in line " + before);
            }
            Row there = byTime.computeIfAbsent(time, fresh -> {
                double[] missing = new double[names.size()];
                Arrays.fill(missing, Double.NaN);
                return new Row(row.getStartingLineNumber(), missing);
            });
            there.values[Objects.requireNonNull(columns.get(name))] =
                    CsvCell.number(row.getField(2), at(file, row) + ", column value");
        }
        return ordered(names, byTime, file);
    }

    private static void requireNames(List<String> names, Path file) {
        for (String name : names) {
            if (name.isEmpty() || names.indexOf(name) != names.lastIndexOf(name)) {
                throw new FormatException(file + ": "
                        + (name.isEmpty() ? "a series has no name" : "two series are named '" + name + "'")
                        + "; every column needs a name of its own");
            }
        }
    }

    private static double[] values(CsvRecord row, int from, List<String> names, Path file) {
        double[] values = new double[names.size()];
        for (int c = 0; c < values.length; c++) {
            values[c] = CsvCell.number(row.getField(from + c), at(file, row) + ", column " + names.get(c));
        }
        return values;
    }

    private static String at(Path file, CsvRecord row) {
        return file + ", line " + row.getStartingLineNumber();
    }

    private SeriesTable ordered(List<String> names, TreeMap<LocalDateTime, Row> byTime, Path file) {
        List<LocalDateTime> times = List.copyOf(byTime.keySet());
        Frequency found = frequency != null ? frequency : recognised(times, file);
        for (int i = 1; i < times.size(); i++) {
            LocalDateTime due = found.after(times.get(i - 1), 1);
            if (!due.equals(times.get(i))) {
                throw new FormatException(file + ": after " + CsvCell.text(times.get(i - 1)) + " (line "
                        + line(byTime, times.get(i - 1)) + ") a row is due at " + CsvCell.text(due)
                        + " by the frequency " + found + ", but " + CsvCell.text(times.get(i)) + " (line "
                        + line(byTime, times.get(i)) + ") follows; add the absent rows with empty cells,"
                        + " or give another frequency (--freq)");
            }
        }
        double[][] values = byTime.values().stream().map(Row::values).toArray(double[][]::new);
        return new SeriesTable(names, found, times.get(0), values);
    }

    private static long line(TreeMap<LocalDateTime, Row> byTime, LocalDateTime time) {
        return Objects.requireNonNull(byTime.get(time)).line;
    }

    private static Frequency recognised(List<LocalDateTime> times, Path file) {
        if (times.size() < FEWEST_TIMES) {
            throw new FormatException(file + ": has " + times.size()
                    + " times, too few to recognise the frequency by; give it (--freq D)");
        }
        return Frequency.recognise(times)
                .orElseThrow(() -> new FormatException(file
                        + ": its times do not follow each other by a frequency that is known; give it (--freq D)"));
    }
}
