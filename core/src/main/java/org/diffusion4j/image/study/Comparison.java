package org.diffusion4j.image.study;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.OdeLikelihood;
import org.diffusion4j.evaluate.Reference;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.measure.KeptBits;
import org.diffusion4j.image.measure.OdeBitsPerDim;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.image.study.StudyCell.Figure;
import org.diffusion4j.image.study.StudyWork.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Models side by side, each drawn in ways of its own: by its own sampler, or with guidance of several scales, by the model itself, a worse
 * model or a classifier. All are measured beside the same pictures; unlike a {@link Study}, it takes models in continuous time.
 *
 * <p>The curves are those of Dhariwal, Nichol, "Diffusion Models Beat GANs on Image Synthesis", NeurIPS 2021, figure 4. A cell that is
 * done is kept in the folder and never drawn again, as in a study, whose cells it finds; after every cell there are a table, a page and
 * plots of all that are done.
 *
 * @param ways the rows; the models are borrowed
 * @param count how many pictures of each way are drawn, at least {@value #LEAST}
 * @param seeds each way is drawn once with each; of one seed, picture i of one way and picture i of another begin from the same noise
 * @param metrics at least one; accuracy is measured where classes can be asked for
 * @param likelihood the bits of each model, or null for none
 */
public record Comparison(
        List<Way> ways,
        int count,
        List<Long> seeds,
        List<SampleMetric> metrics,
        @Nullable Likelihood likelihood) {

    static final String CALLS = "network calls"; // of one picture

    private static final int LEAST = 10;

    /**
     * How the bits of a model are measured: by the probability-flow ODE, on the pictures that drawn ones are compared with.
     *
     * @param model opens a model as its bits are measured, in float32; closed after that
     */
    public record Likelihood(OdeBitsPerDim.Settings settings, Function<Subject, DiffusionModel> model) {}

    public Comparison {
        ways = List.copyOf(ways);
        seeds = seeds.stream().distinct().toList();
        metrics = List.copyOf(metrics);
        require(!ways.isEmpty(), "a comparison needs at least one way to draw");
        require(!seeds.isEmpty(), "a comparison needs at least one seed");
        require(!metrics.isEmpty(), "a comparison needs at least one metric of samples, such as fid");
        require(count >= LEAST, "count must be at least %s, was %s", LEAST, count);
        Subject first = ways.get(0).subject();
        for (Way way : ways) {
            Subject subject = way.subject();
            subject.model().plan(way.settings()); // refuses what does not fit
            require(
                    subject.shape().equals(first.shape()),
                    "%s draws pictures of another shape than %s: compare models of the same data",
                    subject.name(),
                    first.name());
            if (likelihood != null) {
                OdeLikelihood.Span.of(subject.model().forwardProcess()); // refuses a process without likelihood
            }
        }
    }

    /** The metrics that a way can be measured by. */
    List<SampleMetric> metrics(Way way) {
        boolean classes = way.steered().by().classes(way.subject().model()) > 0;
        return metrics.stream()
                .filter(metric -> metric != SampleMetric.ACCURACY || classes)
                .toList();
    }

    /** The models, each once. */
    List<Subject> subjects() {
        return ways.stream().map(Way::subject).distinct().toList();
    }

    /** What the cell of a way is known by. */
    StudyCell.Key key(Way way, long seed, StudyFacts facts) {
        String steered = way.steered().identity();
        return new StudyCell.Key(
                way.subject().hash(),
                way.settings(),
                count,
                seed,
                facts.dataHash(),
                facts.trainingHash(),
                facts.network(),
                way.subject().precision(),
                steered.isEmpty() ? null : steered);
    }

    /**
     * Fills the folder with what is missing there, and writes table, page and plots.
     *
     * @param program what runs the comparison, with its version and, if any, its command, for the page
     * @param listener receives how many pictures are done; what it throws ends the comparison
     */
    public void run(FeatureCache cache, RealImages real, Path folder, String program, Study.Listener listener) {
        StudyFolder files = new StudyFolder(folder);
        StudyFacts facts = StudyFacts.of(cache, real, program);
        StudyWork work = new StudyWork(cache, real, files);
        long cells = (long) ways.size() * seeds.size();
        long total = count * (cells + (likelihood == null ? 0 : subjects().size()));
        Progress beginning = new Progress(0, total, 0, listener);
        try (Reference reference = work.reference(beginning)) {
            ComparisonResult result = new ComparisonResult(
                    this,
                    facts,
                    work.floors(metrics, count, reference, beginning),
                    new LinkedHashMap<>(),
                    new LinkedHashMap<>());
            long before = 0;
            for (long seed : seeds) {
                for (Way way : ways) {
                    StudyCell cell = files.read(key(way, seed, facts));
                    StudyCell done = finish(way, cell, work, reference, new Progress(before, total, 1, listener));
                    result.cells().put(done.key(), done);
                    before += count;
                    result.write(files);
                }
            }
            if (likelihood != null) {
                for (Subject subject : subjects()) {
                    Progress progress = new Progress(before, total, 1, listener);
                    result.likelihoods().put(subject, bits(subject, likelihood, cache, real, progress));
                    before += count;
                    result.write(files);
                }
            }
        }
    }

    private StudyCell finish(Way way, StudyCell cell, StudyWork work, Reference reference, Progress progress) {
        StudyCell.Key key = cell.key();
        boolean counted = cell.figure(CALLS).isPresent();
        if (counted && cell.has(metrics(way)) && work.files().hasPicture(key)) {
            return cell;
        }
        double calls = work.show(way.subject(), way.steered(), key);
        String what = way + (seeds.size() > 1 ? ", seed " + key.seed() : "");
        StudyCell measured = cell.has(metrics(way))
                ? cell
                : work.measure(way.subject(), way.steered(), cell, metrics(way), reference, what, progress);
        StudyCell done = measured.with(new Figure(CALLS, calls));
        work.files().write(done);
        return done;
    }

    private OdeBitsPerDim bits(
            Subject subject, Likelihood how, FeatureCache cache, RealImages real, Progress progress) {
        try (DiffusionModel model = how.model().apply(subject)) {
            KeptBits kept = KeptBits.of(cache.cache(), subject.hash(), model, real.reference(), how.settings());
            return OdeBitsPerDim.of(
                    model,
                    real.reference(),
                    how.settings(),
                    kept,
                    (done, all) -> progress.at(subject.name() + ": likelihood", (int) (count * done / all)));
        }
    }

    /** By which figures ways are compared, in the order in which they were measured, without those of single classes. */
    static List<String> names(Map<StudyCell.Key, StudyCell> cells) {
        return cells.values().stream()
                .flatMap(cell -> cell.figures().stream().map(Figure::name))
                .filter(name -> !name.contains(" "))
                .distinct()
                .toList();
    }
}
