package org.diffusion4j.cli.metric;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.measure.RealImages;
import org.jspecify.annotations.Nullable;

/** One thing that {@code evaluate} measures: its own options, how it is measured, and how the result is reported. */
public interface Metric {

    /** As {@code --metrics} takes it. */
    String name();

    /** Measures, with a live line. */
    Measured of(Subject subject);

    /**
     * What is measured, and on what.
     *
     * @param folder of the model, null where samples are measured that lie in files
     * @param loaded the model, null likewise
     * @param drawing the model as it draws, perhaps in another precision; null likewise
     * @param data what samples are compared with, and what is coded
     * @param real the same with the data set's other part, which is read when asked for
     * @param samples the pictures to measure, null where the model draws them
     * @param count how many samples are drawn, or images coded
     * @param batchSize how many go through a network at once
     * @param variance of a reverse step, null for what the metric takes by default
     * @param cache the folder where what is measured piece by piece is kept
     */
    record Subject(
            @Nullable Path folder,
            @Nullable DiffusionModel loaded,
            @Nullable DiffusionModel drawing,
            ImageDataset data,
            Supplier<RealImages> real,
            @Nullable ImageDataset samples,
            int count,
            int batchSize,
            long seed,
            @Nullable String variance,
            Path cache) {

        /** How many images of the data are measured: all where there are fewer than asked for. */
        public int images() {
            return Math.min(count, data.size());
        }

        /** The model, where the metric cannot do without. */
        public DiffusionModel model() {
            return required(loaded);
        }

        /** The model as it draws samples. */
        public DiffusionModel drawer() {
            return required(drawing);
        }

        private static DiffusionModel required(@Nullable DiffusionModel model) {
            require(model != null, "which model? this metric needs a model folder");
            return model;
        }
    }

    /**
     * A result.
     *
     * @param facts for {@code --json}
     * @param lines for people
     */
    record Measured(Map<String, ?> facts, List<String> lines) {}

    /** A line for people, or a part of one, in the same digits everywhere. */
    static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
