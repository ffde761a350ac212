package org.diffusion4j.data.series;

import static org.diffusion4j.engine.Require.require;

import java.time.LocalDateTime;
import java.util.List;

/**
 * The calendar as cosine and sine of each {@link CalendarFeature}'s place in its period, as TimeGrad's authors have it (pytorch-ts'
 * {@code FourierDateFeatures}): the period is one more than the largest number that occurs in the times at hand, so that business days
 * have weeks of five days.
 *
 * @param features in the order of the rows
 * @param periods of each, at least 1
 */
public record FourierCalendar(List<CalendarFeature> features, List<Integer> periods) {

    public FourierCalendar {
        features = List.copyOf(features);
        periods = List.copyOf(periods);
        require(
                features.size() == periods.size() && periods.stream().allMatch(period -> period >= 1),
                "%s calendar features need as many periods of at least 1, were %s",
                features.size(),
                periods);
    }

    /** With the periods of these times. */
    public static FourierCalendar of(List<CalendarFeature> features, List<LocalDateTime> times) {
        require(!times.isEmpty(), "a calendar needs at least one time");
        return new FourierCalendar(
                features,
                features.stream()
                        .map(feature ->
                                times.stream().mapToInt(feature::of).max().orElseThrow() + 1)
                        .toList());
    }

    /** How many numbers a time has: two for each feature. */
    public int width() {
        return 2 * features.size();
    }

    /** Cosine and sine of each feature in turn. */
    public double[] of(LocalDateTime time) {
        double[] row = new double[width()];
        for (int i = 0; i < features.size(); i++) {
            double angle = 2 * Math.PI * features.get(i).of(time) / periods.get(i);
            row[2 * i] = Math.cos(angle);
            row[2 * i + 1] = Math.sin(angle);
        }
        return row;
    }
}
