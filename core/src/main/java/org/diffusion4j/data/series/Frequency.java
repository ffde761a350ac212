package org.diffusion4j.data.series;

import static org.diffusion4j.engine.Require.require;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffusion4j.engine.DidYouMean;

/**
 * How far apart the rows of a series are: a unit and how many of it, written as in pandas: {@code D}, {@code B}, {@code 30T}.
 *
 * @param multiple at least 1
 */
public record Frequency(int multiple, Unit unit) {

    private static final Pattern TEXT = Pattern.compile("([0-9]{0,6})([A-Za-z]+)(-[A-Za-z]{3})?");
    private static final int DAYS_IN_WEEK = 7;
    private static final int WORKDAYS = 5;

    /**
     * A unit of time, with the lags that TimeGrad's authors give the network for it, their calendar features, and the season by which
     * MASE is scaled (as gluonts has it).
     */
    public enum Unit {
        SECOND(List.of("S", "s", "sec"), List.of(1), List.of(), 3600) {
            @Override
            LocalDateTime after(LocalDateTime time, long units) {
                return time.plusSeconds(units);
            }
        },
        MINUTE(
                List.of("T", "min"),
                List.of(1, 4, 12, 24, 48),
                List.of(CalendarFeature.MINUTE, CalendarFeature.HOUR, CalendarFeature.DAY_OF_WEEK),
                1440) {
            @Override
            LocalDateTime after(LocalDateTime time, long units) {
                return time.plusMinutes(units);
            }
        },
        HOUR(List.of("H", "h"), List.of(1, 24, 168), List.of(CalendarFeature.HOUR, CalendarFeature.DAY_OF_WEEK), 24) {
            @Override
            LocalDateTime after(LocalDateTime time, long units) {
                return time.plusHours(units);
            }
        },
        DAY(List.of("D", "d"), List.of(1, 7, 14), List.of(CalendarFeature.DAY_OF_WEEK), 1) {
            @Override
            LocalDateTime after(LocalDateTime time, long units) {
                return time.plusDays(units);
            }
        },
        BUSINESS_DAY(
                List.of("B"),
                List.of(1, 2),
                List.of(CalendarFeature.DAY_OF_WEEK, CalendarFeature.DAY_OF_YEAR),
                WORKDAYS) {
            @Override
            LocalDateTime after(LocalDateTime time, long units) {
                long fromMonday = time.getDayOfWeek().getValue() - 1 + units;
                return time.minusDays(time.getDayOfWeek().getValue() - 1L)
                        .plusDays(Math.floorDiv(fromMonday, WORKDAYS) * DAYS_IN_WEEK
                                + Math.floorMod(fromMonday, (long) WORKDAYS));
            }
        },
        WEEK(List.of("W"), List.of(1), List.of(CalendarFeature.DAYS_IN_MONTH, CalendarFeature.WEEK_OF_YEAR), 1) {
            @Override
            LocalDateTime after(LocalDateTime time, long units) {
                return time.plusWeeks(units);
            }
        },
        MONTH(List.of("M", "ME", "MS"), List.of(1, 12), List.of(CalendarFeature.WEEK_OF_YEAR), 12) {
            @Override
            LocalDateTime after(LocalDateTime time, long units) {
                return monthsAfter(time, units);
            }
        },
        QUARTER(List.of("Q", "QE", "QS"), List.of(1), List.of(), 4) {
            @Override
            LocalDateTime after(LocalDateTime time, long units) {
                return monthsAfter(time, 3 * units);
            }
        },
        YEAR(List.of("Y", "YE", "YS", "A"), List.of(1), List.of(), 1) {
            @Override
            LocalDateTime after(LocalDateTime time, long units) {
                return monthsAfter(time, 12 * units);
            }
        };

        private final List<String> names;
        private final List<Integer> lags;
        private final List<CalendarFeature> features;
        private final int season;

        Unit(List<String> names, List<Integer> lags, List<CalendarFeature> features, int season) {
            this.names = names;
            this.lags = lags;
            this.features = features;
            this.season = season;
        }

        abstract LocalDateTime after(LocalDateTime time, long units);

        /** The last day of a month stays the last day. */
        private static LocalDateTime monthsAfter(LocalDateTime time, long months) {
            LocalDate date = time.toLocalDate();
            YearMonth month = YearMonth.from(date).plusMonths(months);
            boolean last = date.getDayOfMonth() == date.lengthOfMonth();
            int day = last ? month.lengthOfMonth() : Math.min(date.getDayOfMonth(), month.lengthOfMonth());
            return month.atDay(day).atTime(time.toLocalTime());
        }
    }

    public Frequency {
        require(multiple >= 1, "a frequency needs a multiple of at least 1, was %s", multiple);
    }

    /**
     * The frequency of that name.
     *
     * @param text such as {@code D}, {@code B}, {@code H}, {@code 15min}, {@code W}, {@code M}; a weekday behind W is passed over
     * @throws IllegalArgumentException if there is none
     */
    public static Frequency parse(String text) {
        Matcher parts = TEXT.matcher(text);
        require(parts.matches(), "a frequency is such as D, B, H, 15min, W or M, was '%s'", text);
        int multiple = parts.group(1).isEmpty() ? 1 : Integer.parseInt(parts.group(1));
        for (Unit unit : Unit.values()) {
            if (unit.names.contains(parts.group(2))) {
                return new Frequency(multiple, unit);
            }
        }
        List<String> known =
                Stream.of(Unit.values()).flatMap(unit -> unit.names.stream()).toList();
        throw new IllegalArgumentException(
                "there is no frequency '" + text + "'; " + DidYouMean.among(parts.group(2), known));
    }

    /** In this order, of which the first is taken of those that agree as well: seven days are a week, weekdays alone are days. */
    private static final List<Unit> COARSE_FIRST = List.of(
            Unit.YEAR,
            Unit.QUARTER,
            Unit.MONTH,
            Unit.WEEK,
            Unit.DAY,
            Unit.BUSINESS_DAY,
            Unit.HOUR,
            Unit.MINUTE,
            Unit.SECOND);

    /**
     * The frequency by which most of these times follow each other, at least half of them.
     *
     * @param times ascending, at least three
     */
    static Optional<Frequency> recognise(List<LocalDateTime> times) {
        Optional<Frequency> best = Optional.empty();
        long most = (times.size() - 1L) / 2;
        for (Unit unit : COARSE_FIRST) {
            Frequency candidate = new Frequency(multipleOf(unit, times), unit);
            boolean possible = unit != Unit.BUSINESS_DAY || times.stream().noneMatch(Frequency::isWeekend);
            long agree = possible ? agreeing(candidate, times) : 0;
            if (agree > most) {
                most = agree;
                best = Optional.of(candidate);
            }
        }
        return best;
    }

    private static long agreeing(Frequency frequency, List<LocalDateTime> times) {
        long count = 0;
        for (int i = 1; i < times.size(); i++) {
            count += frequency.after(times.get(i - 1), 1).equals(times.get(i)) ? 1 : 0;
        }
        return count;
    }

    /** The most frequent number of units between neighbours, for the units of fixed length; 1 for the others. */
    private static int multipleOf(Unit unit, List<LocalDateTime> times) {
        LocalDateTime origin = times.get(0);
        Duration length = Duration.between(origin, unit.after(origin, 1));
        if (unit.compareTo(Unit.DAY) > 0) {
            return 1;
        }
        Map<Long, Long> counts = new TreeMap<>();
        for (int i = 1; i < times.size(); i++) {
            Duration step = Duration.between(times.get(i - 1), times.get(i));
            if (step.toMillis() % length.toMillis() == 0) {
                counts.merge(step.toMillis() / length.toMillis(), 1L, Long::sum);
            }
        }
        long multiple = counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(1L);
        return multiple >= 1 && multiple <= 999_999 ? (int) multiple : 1;
    }

    private static boolean isWeekend(LocalDateTime time) {
        return time.getDayOfWeek() == DayOfWeek.SATURDAY || time.getDayOfWeek() == DayOfWeek.SUNDAY;
    }

    /** The time so many rows later; on business days a weekend counts as its Friday. */
    public LocalDateTime after(LocalDateTime time, long rows) {
        LocalDateTime from = unit == Unit.BUSINESS_DAY && isWeekend(time)
                ? time.minusDays(time.getDayOfWeek().getValue() - (long) WORKDAYS)
                : time;
        return unit.after(from, rows * multiple);
    }

    /** How many rows back TimeGrad looks, by its authors' choice; a multiple changes nothing. */
    public List<Integer> lags() {
        return unit.lags;
    }

    /** The calendar that TimeGrad sees, by its authors' choice. */
    public List<CalendarFeature> features() {
        return unit.features;
    }

    /** How many rows a season has, for MASE and the seasonal baseline: 24 for hours, 5 for business days, 12 for months; 1 for days, as gluonts has it. */
    public int season() {
        return unit.season % multiple == 0 ? unit.season / multiple : 1;
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return (multiple == 1 ? "" : String.format(Locale.ROOT, "%d", multiple)) + unit.names.get(0);
    }
}
