package org.diffusion4j.data.series;

import java.time.LocalDateTime;
import java.time.temporal.IsoFields;
import java.util.function.ToIntFunction;

/** A number that the calendar gives to a time. Counting begins as in pandas: the hour at 0, Monday at 0, day and week of the year at 1. */
public enum CalendarFeature {
    MINUTE("minute", LocalDateTime::getMinute),
    HOUR("hour", LocalDateTime::getHour),
    DAY_OF_WEEK("dayofweek", time -> time.getDayOfWeek().getValue() - 1),
    DAYS_IN_MONTH("daysinmonth", time -> time.toLocalDate().lengthOfMonth()),
    DAY_OF_YEAR("dayofyear", LocalDateTime::getDayOfYear),
    WEEK_OF_YEAR("weekofyear", time -> time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));

    private final String text;
    private final ToIntFunction<LocalDateTime> value;

    CalendarFeature(String text, ToIntFunction<LocalDateTime> value) {
        this.text = text;
        this.value = value;
    }

    /** The number of a time. */
    public int of(LocalDateTime time) {
        return value.applyAsInt(time);
    }

    /** The name in pandas. */
    @Override
    public String toString() {
        return text;
    }
}
