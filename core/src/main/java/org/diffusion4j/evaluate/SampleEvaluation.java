package org.diffusion4j.evaluate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.nn.vision.Features;
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

    /** Receives what is looked at and how far it is. What it throws ends the measurement. */
    @FunctionalInterface
    public interface Listener {
        void at(String what, int done, int total);
    }

    /**
     * How fast pictures came.
     *
     * @param pictures how many were drawn or read, in one run or in several
     * @param seconds of wall time, the looking not counted
     * @param imagesPerSecond the one by the other
     */
    public record Speed(long pictures, double seconds, double imagesPerSecond) {}

    private final MetricInput compared;
    private final @Nullable RealBaseline floor;
    private final Speed speed;

    private SampleEvaluation(MetricInput compared, @Nullable RealBaseline floor, Speed speed) {
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
            FeatureCache sight, Pictures pictures, Pictures reference, @Nullable Pictures other, Listener listener) {
        List<Features> seen = new ArrayList<>();
        try {
            seen.add(sight.of(pictures, (done, total) -> listener.at("samples", done, total)));
            seen.add(sight.of(reference, (done, total) -> listener.at("reference", done, total)));
            RealBaseline floor = null;
            if (other != null) {
                seen.add(sight.of(other, (done, total) -> listener.at("floor", done, total)));
                floor = new RealBaseline(seen.get(2), other.labels(), pictures.count(), SEEDS);
            }
            double seconds = sight.secondsToMake(pictures);
            MetricInput compared = new MetricInput(seen.get(0), pictures.labels(), new Reference(seen.get(1)));
            return new SampleEvaluation(
                    compared, floor, new Speed(pictures.count(), seconds, pictures.count() / seconds));
        } catch (RuntimeException | Error e) {
            seen.forEach(Features::close);
            throw e;
        }
    }

    /** The figures of a metric by name. */
    public Map<String, Figure> figures(SampleMetric metric) {
        try {
            Map<String, Spread> floors = floor == null ? Map.of() : floor.of(metric, compared.reference());
            Map<String, Figure> figures = new LinkedHashMap<>();
            metric.of(compared).forEach((name, value) -> figures.put(name, new Figure(value, floors.get(name))));
            return figures;
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.explained(e, "measure fewer pictures (--count), " + compared.count());
        }
    }

    /** How fast the pictures came. */
    public Speed speed() {
        return speed;
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
