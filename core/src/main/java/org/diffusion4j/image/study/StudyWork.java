package org.diffusion4j.image.study;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.MetricInput;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.evaluate.RealBaseline;
import org.diffusion4j.evaluate.Reference;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.guidance.Steered;
import org.diffusion4j.image.measure.DrawnPictures;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.nn.vision.Features;

/**
 * Draws, measures and keeps the cells of a study.
 *
 * @param cache of what the network sees
 * @param real what drawn pictures are compared with
 * @param files where cells are kept
 */
record StudyWork(FeatureCache cache, RealImages real, StudyFolder files) {

    private static final int FLOOR_SEEDS = 5;
    private static final int SHOWN = 10; // pictures of each cell
    private static final int COLUMNS = 5;

    /** How far a study is while {@code calls} network calls are made for each picture of a cell. */
    record Progress(long before, long total, long calls, Study.Listener listener) {

        void at(String what, int pictures) {
            listener.at(before + pictures * calls, total, what);
        }
    }

    /** The real pictures as the network sees them, owned by the caller. */
    Reference reference(Progress progress) {
        return new Reference(look(real.reference(), "reference", progress));
    }

    /** What as many real pictures score, by the names of figures; empty where the data have no other part. */
    Map<String, Spread> floors(List<SampleMetric> metrics, int count, Reference reference, Progress progress) {
        Map<String, Spread> floors = new LinkedHashMap<>();
        ImageDataset other = real.other();
        if (other != null) {
            Features seen = look(other, "other part", progress);
            try {
                RealBaseline floor = new RealBaseline(seen, Pictures.of(other).labels(), count, FLOOR_SEEDS);
                metrics.forEach(metric -> floors.putAll(floor.of(metric, reference)));
            } finally {
                seen.close();
            }
        }
        return floors;
    }

    private Features look(ImageDataset data, String what, Progress progress) {
        return cache.of(Pictures.of(data), (done, total) -> progress.at("looking at the " + what + ", " + done, 0));
    }

    /**
     * Draws the picture of a cell, its first pictures side by side.
     *
     * @return how often networks were asked for one of them
     */
    double show(Subject subject, Steered steered, StudyCell.Key key) {
        DiffusionModel model = subject.model();
        Draw everyClass = Draw.of(SHOWN).with(key.settings()).withSeed(key.seed());
        long before = steered.by().networkCalls(model);
        try (PointerScope scope = new PointerScope()) {
            PixelCodec codec = new PixelCodec();
            Tensor shown = new DrawnPictures(model, subject.hash(), everyClass, steered).pixels(0, SHOWN);
            files.writePicture(key, ImageGrid.of(codec.toImages(codec.encode(shown)), COLUMNS, 1));
        }
        return (steered.by().networkCalls(model) - before) / (double) SHOWN;
    }

    /**
     * Draws and measures what a cell lacks.
     *
     * @param metrics beside those that the cell has
     * @return the cell with all of them, not written yet
     */
    StudyCell measure(
            Subject subject,
            Steered steered,
            StudyCell cell,
            List<SampleMetric> metrics,
            Reference reference,
            String what,
            Progress progress) {
        StudyCell.Key key = cell.key();
        DiffusionModel model = subject.model();
        Draw draw = Draw.of(key.count())
                .with(key.settings())
                .withSeed(key.seed())
                .withLabels(real.labels(steered.by().classes(model), key.seed()));
        DrawnPictures drawn = new DrawnPictures(model, subject.hash(), draw, steered);
        Features seen = cache.of(drawn, (pictures, total) -> progress.at(what, pictures));
        try {
            MetricInput compared = new MetricInput(seen, drawn.labels(), reference);
            Set<SampleMetric> wanted = EnumSet.copyOf(metrics);
            wanted.addAll(cell.metrics());
            Map<SampleMetric, Map<String, Double>> found = new EnumMap<>(SampleMetric.class);
            wanted.forEach(metric -> found.put(metric, metric.of(compared)));
            return cell.measured(cache.secondsToMake(drawn), found);
        } finally {
            seen.close();
        }
    }
}
