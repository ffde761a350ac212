package org.diffusion4j.image.study;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
import org.diffusion4j.engine.Precision;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.MetricInput;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.evaluate.RealBaseline;
import org.diffusion4j.evaluate.Reference;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.measure.DrawnPictures;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.nn.vision.Features;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Samplers;
import org.jspecify.annotations.Nullable;

/**
 * What becomes better or worse with the kind of prediction, the sampler, its steps, noise and timesteps: each model is drawn from in each
 * way of a grid, and all are measured beside the same pictures.
 *
 * <p>The tables of DDIM ("Denoising Diffusion Implicit Models", ICLR 2021, tables 1 and 2) are such studies. Cells that cost few network
 * calls come first, among equals those of the first seed. A cell that is done is kept in the study's folder and never drawn again; of one that was stopped, pieces are kept as
 * {@link FeatureCache} keeps them. After every cell the folder has a table and a page of all that are done.
 *
 * @param subjects the models, lent
 * @param count how many pictures each cell draws, at least {@value #LEAST}
 * @param seeds each cell is drawn once with each; of one seed, picture i of one cell and picture i of another begin from the same noise
 * @param metrics {@link SampleMetric#FID} and others
 */
public record Study(List<Subject> subjects, StudyGrid grid, int count, List<Long> seeds, List<SampleMetric> metrics) {

    private static final int LEAST = 10;
    private static final int FLOOR_SEEDS = 5;
    private static final int SHOWN = 10; // pictures of each cell
    private static final int COLUMNS = 5;

    /**
     * A model under study.
     *
     * @param name for people
     * @param hash what it is known by
     */
    public record Subject(String name, String hash, DiffusionModel model) {

        /** What its network predicts. */
        public String prediction() {
            return model.scheduler().meaning().prediction().toString();
        }

        private List<Integer> shape() {
            UNet2DConfig network = model.network().config();
            List<Integer> shape = new ArrayList<>(network.sampleSize());
            shape.add(network.inChannels());
            return shape;
        }

        private @Nullable Precision precision() {
            Precision arithmetic = model.compute().arithmetic();
            return arithmetic == Precision.FLOAT32 ? null : arithmetic;
        }

        DiscreteProcess process() {
            return model.process();
        }
    }

    /** Receives how far the study is, in network calls for one picture. What it throws ends the study. */
    @FunctionalInterface
    public interface Listener {
        void at(long done, long total, String what);
    }

    public Study {
        subjects = List.copyOf(subjects);
        seeds = seeds.stream().distinct().toList();
        metrics = List.copyOf(metrics);
        require(!seeds.isEmpty(), "a study needs at least one seed");
        require(!subjects.isEmpty(), "a study needs at least one model");
        require(count >= LEAST, "count must be at least %s, was %s", LEAST, count);
        require(metrics.contains(SampleMetric.FID), "a study compares by FID; add fid to the metrics");
        for (Subject subject : subjects) {
            grid.settings(subject.process()); // refuses too many steps before anything is drawn
            require(
                    !metrics.contains(SampleMetric.ACCURACY) || subject.model.classes() > 0,
                    "accuracy is for models that have classes, %s has none",
                    subject.name);
            require(
                    subject.shape().equals(subjects.get(0).shape()),
                    "%s draws pictures of another shape than %s: a study compares models of the same data",
                    subject.name,
                    subjects.get(0).name);
            require(
                    subjects.stream()
                                    .filter(other -> other.hash.equals(subject.hash))
                                    .count()
                            == 1,
                    "%s is the same model as another of them",
                    subject.name);
        }
    }

    /** A cell that is to be drawn. */
    private record Todo(Subject subject, StudyCell cell, long callsPerImage) {}

    /**
     * Fills the study's folder with what is missing there, and writes its tables and page.
     *
     * @param program what runs the study, with its version and, if any, its command, for the page
     */
    public void run(FeatureCache cache, RealImages real, Path folder, String program, Listener listener) {
        fill(cache, real, new StudyFolder(folder), program, listener, true);
    }

    /**
     * Writes the tables and the page of those cells that are there, and draws nothing.
     *
     * @param program what runs the study, with its version and, if any, its command, for the page
     */
    public void report(FeatureCache cache, RealImages real, Path folder, String program, Listener listener) {
        fill(cache, real, new StudyFolder(folder), program, listener, false);
    }

    private void fill(
            FeatureCache cache, RealImages real, StudyFolder files, String program, Listener listener, boolean draws) {
        StudyFacts facts = StudyFacts.of(cache, real, program);
        List<Todo> all = cells(facts, files);
        Map<StudyCell.Key, StudyCell> done = new LinkedHashMap<>();
        all.stream().filter(todo -> todo.cell.has(metrics)).forEach(todo -> done.put(todo.cell.key(), todo.cell));
        List<Todo> missing =
                all.stream().filter(todo -> !todo.cell.has(metrics)).toList();
        require(draws || !done.isEmpty(), "%s: holds no cell of this study", files.folder());
        long total = count * all.stream().mapToLong(Todo::callsPerImage).sum();
        long before =
                total - count * missing.stream().mapToLong(Todo::callsPerImage).sum();
        try (Reference reference =
                new Reference(look(cache, real.reference(), "reference", new Progress(before, total, 0, listener)))) {
            Map<String, Spread> floors = floors(cache, real, reference, new Progress(before, total, 0, listener));
            StudyResult result = new StudyResult(this, facts, floors, done, all.size());
            for (Todo todo : draws ? missing : List.<Todo>of()) {
                Progress progress = new Progress(before, total, todo.callsPerImage, listener);
                done.put(todo.cell.key(), finish(todo, cache, real, reference, files, progress));
                result.write(files);
                before += count * todo.callsPerImage;
            }
            result.write(files);
        }
    }

    /** How far a study is while {@code calls} network calls are made for each picture of a cell. */
    private record Progress(long before, long total, long calls, Listener listener) {

        void at(String what, int pictures) {
            listener.at(before + pictures * calls, total, what);
        }
    }

    private List<Todo> cells(StudyFacts facts, StudyFolder files) {
        List<Todo> cells = new ArrayList<>();
        for (long seed : seeds) {
            for (Subject subject : subjects) {
                for (SampleSettings settings : grid.settings(subject.process())) {
                    StudyCell cell = files.read(key(subject, settings, seed, facts));
                    cells.add(new Todo(subject, cell, calls(subject, settings)));
                }
            }
        }
        cells.sort(Comparator.comparingLong(Todo::callsPerImage));
        return cells;
    }

    /** How often the network is asked for one picture. */
    static long calls(Subject subject, SampleSettings settings) {
        return (long) Samplers.named(settings.sampler()).callsPerStep()
                * settings.grid(subject.model.process()).steps();
    }

    /** What a cell is known by. */
    StudyCell.Key key(Subject subject, SampleSettings settings, long seed, StudyFacts facts) {
        return new StudyCell.Key(
                subject.hash,
                settings,
                count,
                seed,
                facts.dataHash(),
                facts.trainingHash(),
                facts.network(),
                subject.precision());
    }

    private static Features look(FeatureCache cache, ImageDataset data, String what, Progress progress) {
        return cache.of(Pictures.of(data), (done, total) -> progress.at("looking at the " + what + ", " + done, 0));
    }

    private Map<String, Spread> floors(FeatureCache cache, RealImages real, Reference reference, Progress progress) {
        Map<String, Spread> floors = new LinkedHashMap<>();
        ImageDataset other = real.other();
        if (other != null) {
            Features seen = look(cache, other, "other part", progress);
            try {
                RealBaseline floor = new RealBaseline(seen, Pictures.of(other).labels(), count, FLOOR_SEEDS);
                metrics.forEach(metric -> floors.putAll(floor.of(metric, reference)));
            } finally {
                seen.close();
            }
        }
        return floors;
    }

    private StudyCell finish(
            Todo todo, FeatureCache cache, RealImages real, Reference reference, StudyFolder files, Progress progress) {
        Subject subject = todo.subject;
        StudyCell.Key key = todo.cell.key();
        SampleSettings settings = key.settings();
        long seed = key.seed();
        Draw everyClass = Draw.of(count).with(settings).withSeed(seed);
        if (!files.hasPicture(key)) {
            try (PointerScope scope = new PointerScope()) {
                PixelCodec codec = new PixelCodec();
                Tensor shown = new DrawnPictures(subject.model, subject.hash, everyClass).pixels(0, SHOWN);
                files.writePicture(key, ImageGrid.of(codec.toImages(codec.encode(shown)), COLUMNS, 1));
            }
        }
        String what = subject.name + ": " + settings.sampler() + " in " + settings.steps()
                + (seeds.size() > 1 ? ", seed " + seed : "");
        Pictures drawn = new DrawnPictures(
                subject.model, subject.hash, everyClass.withLabels(real.labels(subject.model.classes(), seed)));
        Features seen = cache.of(drawn, (pictures, total) -> progress.at(what, pictures));
        try {
            MetricInput compared = new MetricInput(seen, drawn.labels(), reference);
            Set<SampleMetric> wanted = EnumSet.copyOf(metrics);
            wanted.addAll(todo.cell.metrics());
            Map<SampleMetric, Map<String, Double>> found = new EnumMap<>(SampleMetric.class);
            wanted.forEach(metric -> found.put(metric, metric.of(compared)));
            StudyCell done = todo.cell.measured(cache.secondsToMake(drawn), found);
            files.write(done);
            return done;
        } finally {
            seen.close();
        }
    }
}
