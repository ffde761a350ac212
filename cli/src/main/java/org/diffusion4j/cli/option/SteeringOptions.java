package org.diffusion4j.cli.option;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.guidance.Autoguidance;
import org.diffusion4j.image.guidance.ClassifierSteering;
import org.diffusion4j.image.guidance.NoisyClassifier;
import org.diffusion4j.image.guidance.Steered;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.image.study.Way;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.sample.GuidanceInterval;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say with which guidance models are compared; closing them frees what they have loaded. */
public final class SteeringOptions implements AutoCloseable {

    @Option(
            names = "--guidance",
            split = ",",
            paramLabel = "SCALE",
            description =
                    "The scales of classifier-free guidance, such as 1,1.5,2,3: a curve of each model that was trained"
                            + " with and without labels. 1 is none.")
    private List<Double> scales = List.of();

    @Option(
            names = "--guidance-interval",
            paramLabel = "LOW,HIGH",
            description = "A curve besides, with guidance at these noise levels sigma/alpha only, such as 0.3,5.")
    private @Nullable String interval;

    @Option(
            names = "--guide",
            paramLabel = "MODEL",
            converter = ModelName.class,
            description =
                    "A curve besides, in which a worse model guides, at the scales of --guidance, each model that it fits.")
    private @Nullable Path guide;

    @Option(
            names = "--noisy-classifier",
            paramLabel = "DIR",
            description = "A curve besides, in which a classifier of noisy pictures steers each model that it fits;"
                    + " 'train recipes/noisy-classifier-mnist.json' makes one.")
    private @Nullable Path classifier;

    @Option(
            names = "--classifier-scale",
            split = ",",
            paramLabel = "S",
            description = "The scales of that classifier (default: 0,0.5,1,2,5,10); 0 is the model alone.")
    private List<Double> classifierScales = List.of();

    private @Nullable DiffusionModel worse;
    private @Nullable NoisyClassifier steering;

    /** Refuses what no model can draw, before one is loaded. */
    public void check() {
        require(
                scales.stream().allMatch(scale -> scale >= 0 && Double.isFinite(scale)),
                "--guidance must be at least 0, was %s",
                scales);
        require(
                classifierScales.stream().allMatch(Double::isFinite),
                "--classifier-scale must be numbers, were %s",
                classifierScales);
        require(
                interval == null || !scales.isEmpty(),
                "--guidance-interval is for guidance: add --guidance SCALE,SCALE..., or omit it");
        require(
                guide == null || scales.stream().anyMatch(scale -> scale != 1),
                "--guide leads away from a worse model: add --guidance with scales other than 1, or omit it");
        require(
                classifierScales.isEmpty() || classifier != null,
                "--classifier-scale is for a classifier: add --noisy-classifier DIR, or omit it");
        if (interval != null) {
            GuidanceInterval.named(interval);
        }
    }

    /**
     * All ways in which models are drawn: as each is usually drawn, where it has no curve.
     *
     * @param subjects borrowed
     * @param loading loads a model as the subjects were
     * @throws IllegalArgumentException if an option fits none of the models
     */
    public List<Way> ways(List<Subject> subjects, Function<Path, DiffusionModel> loading) {
        String guideHash = "";
        String classifierHash = "";
        if (guide != null) {
            worse = loading.apply(guide);
            guideHash = ModelFolder.open(guide).hash();
        }
        if (classifier != null) {
            steering = NoisyClassifier.load(classifier);
            classifierHash = NoisyClassifier.hash(classifier);
        }
        List<Way> ways = new ArrayList<>();
        for (Subject subject : subjects) {
            List<Way> own = new ArrayList<>();
            if (subject.model().knowsNoLabel()) {
                own.addAll(curve(subject, "classifier-free", null));
                if (interval != null) {
                    own.addAll(curve(subject, "interval " + interval, GuidanceInterval.named(interval)));
                }
            }
            own.addAll(byGuide(subject, guideHash, subjects.size() == 1));
            own.addAll(byClassifier(subject, classifierHash, subjects.size() == 1));
            ways.addAll(own.isEmpty() ? List.of(Way.usual(subject)) : own);
        }
        require(
                scales.isEmpty()
                        || guide != null
                        || subjects.stream().anyMatch(subject -> subject.model().knowsNoLabel()),
                "--guidance is for models that were trained with and without labels, as train.conditionDropout does,"
                        + " and none of these was: omit it, or add --guide");
        requireOf(ways, guide, "--guide", "guide");
        requireOf(ways, classifier, "--noisy-classifier", "classifier");
        return ways;
    }

    /** A curve of classifier-free guidance. */
    private List<Way> curve(Subject subject, String name, @Nullable GuidanceInterval limits) {
        return scales.stream()
                .map(scale -> new Way(subject, name, scale, guided(subject, scale, limits), Steered.NOT))
                .toList();
    }

    /** As the model is usually drawn, but for the guidance. */
    private static SampleSettings guided(Subject subject, double scale, @Nullable GuidanceInterval limits) {
        SampleSettings usual = subject.model().settings();
        return scale == 1
                ? usual.withGuidanceOf(SampleSettings.ddim(1))
                : usual.withGuidanceInterval(null).withGuidance(scale).withGuidanceInterval(limits);
    }

    private List<Way> byGuide(Subject subject, String hash, boolean alone) {
        if (worse == null) {
            return List.of();
        }
        Autoguidance by = new Autoguidance(worse);
        if (!fits(() -> by.requireFits(subject.model()), alone)) {
            return List.of();
        }
        Steered steered = Steered.of(by, hash);
        return scales.stream()
                .map(scale -> new Way(
                        subject,
                        "guide",
                        scale,
                        guided(subject, scale, null),
                        scale == 1 ? Steered.NOT : steered)) // the model alone
                .toList();
    }

    private List<Way> byClassifier(Subject subject, String hash, boolean alone) {
        NoisyClassifier loaded = steering;
        if (loaded == null || !fits(() -> loaded.requireFits(subject.model()), alone)) {
            return List.of();
        }
        List<Double> all = classifierScales.isEmpty() ? List.of(0.0, 0.5, 1.0, 2.0, 5.0, 10.0) : classifierScales;
        return all.stream()
                .map(scale -> new Way(
                        subject,
                        "classifier",
                        scale,
                        guided(subject, 1, null),
                        Steered.of(new ClassifierSteering(loaded, scale), hash)))
                .toList();
    }

    /** Of several models some may be steered; of one, the reason why it cannot is what matters. */
    private static boolean fits(Runnable requirement, boolean alone) {
        try {
            requirement.run();
            return true;
        } catch (IllegalArgumentException e) {
            if (alone) {
                throw e;
            }
            return false;
        }
    }

    private static void requireOf(List<Way> ways, @Nullable Path folder, String option, String name) {
        require(
                folder == null || ways.stream().anyMatch(way -> way.name().equals(name)),
                "%s %s fits none of these models; name one model to read why",
                option,
                folder);
    }

    @Override
    public void close() {
        if (worse != null) {
            worse.close();
        }
        if (steering != null) {
            steering.close();
        }
    }
}
