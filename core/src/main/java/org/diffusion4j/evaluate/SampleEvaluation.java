package org.diffusion4j.evaluate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.diffusion4j.nn.Features;
import org.jspecify.annotations.Nullable;

/**
 * Pictures beside a reference, and beside the same reference real pictures of the data set's other part, as the floor that no figure can
 * be expected to fall below. All are looked at first; metrics are then a matter of seconds. Closing it frees what was seen.
 */
public final class SampleEvaluation implements AutoCloseable {

    private static final int SEEDS = 5;

    /**
     * One number.
     *
     * @param value of the pictures
     * @param floor of real pictures, over several random subsets of equal number; null where there is no other part
     */
    public record Figure(double value, @Nullable Spread floor) {}

    /** Is told what is looked at and how far it is. What it throws ends the measurement. */
    @FunctionalInterface
    public interface Listener {
        void at(String what, int done, int total);
    }

    /**
     * How fast pictures came.
     *
     * @param pictures how many were drawn or read, those that had been seen before not counted
     * @param seconds of wall time
     * @param imagesPerSecond the one by the other
     */
    public record Speed(long pictures, double seconds, double imagesPerSecond) {}

    private final Compared compared;
    private final @Nullable Floor floor;
    private final @Nullable Speed speed;

    private SampleEvaluation(Compared compared, @Nullable Floor floor, @Nullable Speed speed) {
        this.compared = compared;
        this.floor = floor;
        this.speed = speed;
    }

    /**
     * Looks at all pictures.
     *
     * @param other real pictures that are not in the reference, or null for no floor
     * @return owned by the caller
     */
    public static SampleEvaluation of(
            Sight sight, Pictures pictures, Pictures reference, @Nullable Pictures other, Listener listener) {
        LongAdder made = new LongAdder();
        DoubleAdder seconds = new DoubleAdder();
        Pictures timed = new TimedPictures(pictures, (count, lasted) -> {
            made.add(count);
            seconds.add(lasted);
        });
        Features seen = sight.of(timed, (done, total) -> listener.at("samples", done, total));
        Reference real = new Reference(sight.of(reference, (done, total) -> listener.at("reference", done, total)));
        Floor floor = other == null
                ? null
                : new Floor(
                        sight.of(other, (done, total) -> listener.at("floor", done, total)),
                        other.labels(),
                        pictures.count(),
                        SEEDS);
        Speed speed = made.sum() == 0 ? null : new Speed(made.sum(), seconds.sum(), made.sum() / seconds.sum());
        return new SampleEvaluation(new Compared(seen, pictures.labels(), real), floor, speed);
    }

    /** The figures of a metric by name. */
    public Map<String, Figure> figures(SampleMetric metric) {
        Map<String, Spread> floors = floor == null ? Map.of() : floor.of(metric, compared.reference());
        Map<String, Figure> figures = new LinkedHashMap<>();
        metric.of(compared).forEach((name, value) -> figures.put(name, new Figure(value, floors.get(name))));
        return figures;
    }

    /** How fast the pictures came; empty where all had been seen before. */
    public Optional<Speed> speed() {
        return Optional.ofNullable(speed);
    }

    /** Whether the pictures are too few for a covariance of full rank, which makes their FID much too large. */
    public boolean singular() {
        return compared.count() <= compared.pictures().vectors().size(1);
    }

    @Override
    public void close() {
        compared.pictures().close();
        compared.reference().close();
        if (floor != null) {
            floor.other().close();
        }
    }
}
