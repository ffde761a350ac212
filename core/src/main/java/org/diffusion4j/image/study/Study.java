package org.diffusion4j.image.study;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.Reference;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.guidance.Steered;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.image.study.StudyWork.Progress;
import org.diffusion4j.nn.PictureConfig;
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
 * @param subjects the models, borrowed
 * @param count how many pictures each cell draws, at least {@value #LEAST}
 * @param seeds each cell is drawn once with each; of one seed, picture i of one cell and picture i of another begin from the same noise
 * @param metrics {@link SampleMetric#FID} and others
 */
public record Study(List<Subject> subjects, StudyGrid grid, int count, List<Long> seeds, List<SampleMetric> metrics) {

    private static final int LEAST = 10;

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

        List<Integer> shape() {
            PictureConfig network = model.network().config();
            List<Integer> shape = new ArrayList<>(network.pictureSize());
            shape.add(network.inChannels());
            return shape;
        }

        @Nullable
        Precision precision() {
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
        StudyWork work = new StudyWork(cache, real, files);
        Progress beginning = new Progress(before, total, 0, listener);
        try (Reference reference = work.reference(beginning)) {
            Map<String, Spread> floors = work.floors(metrics, count, reference, beginning);
            StudyResult result = new StudyResult(this, facts, floors, done, all.size());
            for (Todo todo : draws ? missing : List.<Todo>of()) {
                Progress progress = new Progress(before, total, todo.callsPerImage, listener);
                StudyCell finished = finish(todo, work, reference, progress);
                files.write(finished);
                done.put(todo.cell.key(), finished);
                result.write(files);
                before += count * todo.callsPerImage;
            }
            result.write(files);
        }
    }

    private StudyCell finish(Todo todo, StudyWork work, Reference reference, Progress progress) {
        StudyCell.Key key = todo.cell.key();
        if (!work.files().hasPicture(key)) {
            work.show(todo.subject, Steered.NOT, key);
        }
        SampleSettings settings = key.settings();
        String what = todo.subject.name + ": " + settings.sampler() + " in " + settings.steps()
                + (seeds.size() > 1 ? ", seed " + key.seed() : "");
        return work.measure(todo.subject, Steered.NOT, todo.cell, metrics, reference, what, progress);
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
                subject.precision(),
                null);
    }
}
