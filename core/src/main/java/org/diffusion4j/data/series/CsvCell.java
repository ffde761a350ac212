package org.diffusion4j.data.series;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.diffusion4j.engine.FormatException;

/** What a cell of a CSV file says: a time, a number, or that a value is missing. */
public final class CsvCell {

    private static final Set<String> MISSING = Set.of("", "nan", "na", "n/a", "null", "none");
    private static final Pattern NUMBER = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[-+]?[0-9]+,[0-9]+");
    private static final Pattern OFFSET = Pattern.compile(".*T.*(Z|[-+][0-9]{2}:?[0-9]{2})");

    private CsvCell() {}

    static boolean isMissing(String cell) {
        return MISSING.contains(cell.strip().toLowerCase(Locale.ROOT));
    }

    /** Whether it could be a value. */
    static boolean isNumber(String cell) {
        return isMissing(cell) || NUMBER.matcher(cell.strip()).matches();
    }

    /** The number, NaN where it is missing. */
    static double number(String cell, String where) {
        if (isMissing(cell)) {
            return Double.NaN;
        }
        if (!isNumber(cell)) {
            throw new FormatException(where + ": '" + shortened(cell) + "' is not a number; "
                    + (DECIMAL_COMMA.matcher(cell.strip()).matches()
                            ? "write decimals with a point"
                            : "leave the cell empty where a value is missing"));
        }
        double value = Double.parseDouble(cell.strip());
        if (Double.isInfinite(value)) {
            throw new FormatException(where + ": '" + shortened(cell) + "' is larger than any number here");
        }
        return value;
    }

    /**
     * A time: {@code 2020-01-31}, {@code 2020-01-31 23:59}, {@code 2020-01-31T23:59:00}, {@code 2020-01}; slashes may stand for the
     * dashes. One with an offset is taken to UTC.
     *
     * @param where for messages
     * @throws FormatException if it is none of these
     */
    public static LocalDateTime time(String cell, String where) {
        String text = cell.strip().replace('/', '-').replace(' ', 'T');
        try {
            if (text.length() == "2020-01".length()) {
                return YearMonth.parse(text).atDay(1).atStartOfDay();
            }
            if (text.length() == "2020-01-31".length()) {
                return LocalDate.parse(text).atStartOfDay();
            }
            return OFFSET.matcher(text).matches()
                    ? OffsetDateTime.parse(text)
                            .withOffsetSameInstant(ZoneOffset.UTC)
                            .toLocalDateTime()
                    : LocalDateTime.parse(text);
        } catch (DateTimeException e) {
            throw new FormatException(
                    where + ": '" + shortened(cell) + "' is not a time such as 2020-01-31 or 2020-01-31 23:59", e);
        }
    }

    /** A time as files have it: the date alone at midnight. */
    public static String text(LocalDateTime time) {
        return time.toLocalTime().toSecondOfDay() == 0
                ? time.toLocalDate().toString()
                : time.toString().replace('T', ' ');
    }

    private static String shortened(String cell) {
        String line = cell.strip().replaceAll("\\s+", " ");
        return line.length() > 40 ? line.substring(0, 40) + "…" : line;
    }
}
