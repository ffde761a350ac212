package org.diffusion4j.image.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.io.Json;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;

/**
 * One cell of a study: what is drawn, and what came of it.
 *
 * @param seconds how long its pictures took to draw
 * @param metrics those that were measured; none as long as it is not done
 * @param figures what they found
 */
public record StudyCell(Key key, double seconds, List<SampleMetric> metrics, List<Figure> figures) {

    /**
     * All that the figures depend on.
     *
     * @param model what it is known by
     * @param data what the reference is known by
     * @param training what the images are known by whose classes are drawn
     * @param network the name of the one that looks
     * @param precision in which the model draws; null for float32, as cells have it that are older than the choice
     * @param steered by what the model is steered, or null where by nothing
     */
    public record Key(
            String model,
            SampleSettings settings,
            int count,
            long seed,
            String data,
            String training,
            String network,
            @Nullable Precision precision,
            @Records.Omittable @Nullable String steered) {

        /** A name for files. */
        public String id() {
            Map<String, @Nullable Object> facts = Records.CAMEL_CASE.write(this);
            facts.put("settings", settings.identity());
            facts.values().removeIf(Objects::isNull);
            return Sha256.of(Json.line(facts)).substring(0, 16);
        }
    }

    /** A number by its name. */
    public record Figure(String name, double value) {}

    public StudyCell {
        metrics = List.copyOf(metrics);
        figures = List.copyOf(figures);
    }

    /** A cell of which nothing is there yet. */
    static StudyCell empty(Key key) {
        return new StudyCell(key, 0, List.of(), List.of());
    }

    /** This cell with what its pictures score. */
    StudyCell measured(double inSeconds, Map<SampleMetric, Map<String, Double>> found) {
        List<Figure> all = new ArrayList<>();
        found.values().forEach(of -> of.forEach((name, value) -> all.add(new Figure(name, value))));
        return new StudyCell(key, inSeconds, List.copyOf(found.keySet()), all);
    }

    /** This cell with one more figure. */
    StudyCell with(Figure figure) {
        List<Figure> all = new ArrayList<>(figures);
        all.removeIf(other -> other.name.equals(figure.name));
        all.add(figure);
        return new StudyCell(key, seconds, metrics, all);
    }

    /** Whether all of this was measured. */
    public boolean has(List<SampleMetric> wanted) {
        return metrics.containsAll(wanted);
    }

    /** A figure; empty where it was not measured. */
    public OptionalDouble figure(String name) {
        return figures.stream()
                .filter(figure -> figure.name.equals(name))
                .mapToDouble(Figure::value)
                .findFirst();
    }

    /** The wall time of one picture. */
    public double secondsPerImage() {
        return seconds / key.count;
    }
}
