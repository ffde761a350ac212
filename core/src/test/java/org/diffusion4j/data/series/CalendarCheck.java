package org.diffusion4j.data.series;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** Lags and calendar features by frequency, as pytorch-ts has them. */
public final class CalendarCheck implements GoldenCheck {

    private static final String DATES = "pts.feature.FourierDateFeatures";

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals(DATES)
                || golden.symbol().startsWith("pts.feature.lags_for_fourier_time_features_from_frequency");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        if (golden.symbol().equals(DATES)) {
            dates(golden, out);
        } else {
            lags(golden, out);
        }
    }

    private static void lags(GoldenCase golden, Comparison out) {
        for (JsonNode name : golden.json().at("/inputs").get("freqs")) {
            Frequency frequency = Frequency.parse(name.asText());
            JsonNode expected = golden.json().at("/expected").get(name.asText());
            List<String> features = new ArrayList<>();
            expected.get("features").forEach(feature -> features.add(feature.asText()));
            assertThat(frequency.features().stream().map(CalendarFeature::toString))
                    .as(name.asText())
                    .isEqualTo(features);
            double[] lags = new double[expected.get("lags").size()];
            for (int i = 0; i < lags.length; i++) {
                lags[i] = expected.get("lags").get(i).asDouble();
            }
            out.close(
                    name.asText(),
                    frequency.lags().stream().mapToDouble(Integer::doubleValue).toArray(),
                    lags,
                    0,
                    0);
        }
    }

    private static void dates(GoldenCase golden, Comparison out) {
        int number = 0;
        for (JsonNode index : golden.json().at("/inputs").get("index")) {
            Frequency frequency = Frequency.parse(index.get("freq").asText());
            LocalDateTime start = CsvCell.time(index.get("start").asText(), "the case");
            int length = index.get("length").asInt();
            List<LocalDateTime> times = IntStream.range(0, length)
                    .mapToObj(row -> frequency.after(start, row))
                    .toList();
            assertThat(times.get(1)).isEqualTo(CsvCell.time(index.get("second").asText(), "the case"));
            assertThat(times.get(length - 1))
                    .isEqualTo(CsvCell.time(index.get("last").asText(), "the case"));
            FourierCalendar calendar = FourierCalendar.of(frequency.features(), times);
            double[] byFeature = new double[calendar.width() * length];
            for (int t = 0; t < length; t++) {
                double[] row = calendar.of(times.get(t));
                for (int f = 0; f < row.length; f++) {
                    byFeature[f * length + t] = row[f];
                }
            }
            out.expect("features_" + number++, byFeature);
        }
    }
}
