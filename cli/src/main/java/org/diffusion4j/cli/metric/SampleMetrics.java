package org.diffusion4j.cli.metric;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.diffusion4j.cli.console.Progress;
import org.diffusion4j.cli.option.FeatureOptions;
import org.diffusion4j.cli.option.SamplerOptions;
import org.diffusion4j.cli.option.SteeringOption;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.Records;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.FeatureNetwork;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.evaluate.SampleEvaluation;
import org.diffusion4j.evaluate.SampleEvaluation.Figure;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.guidance.Steered;
import org.diffusion4j.image.measure.DrawnPictures;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** What is measured of samples, all of it from one look at them. */
public final class SampleMetrics implements AutoCloseable {

    /** Of which it makes sense to say how many times the floor they are. */
    private static final Set<SampleMetric> DISTANCES = EnumSet.of(SampleMetric.FID, SampleMetric.SFID);

    private static final String TOO_FEW =
            "fewer samples than features: the FID is much too large, take a larger --count";

    @Mixin
    private SamplerOptions sampler;

    @Mixin
    private SteeringOption steering;

    @Mixin
    private FeatureOptions features;

    private @Nullable SampleEvaluation evaluation;
    private String network = "";
    private @Nullable String classes;

    /** One for each metric of samples. */
    public List<Metric> metrics() {
        return Stream.of(SampleMetric.values()).<Metric>map(OfSamples::new).toList();
    }

    /** Those that need not be asked for: all that the network can say of samples with or without classes. */
    public List<Metric> usual(boolean haveClasses) {
        Set<SampleMetric> usual = EnumSet.allOf(SampleMetric.class);
        if (!features.areInceptions()) {
            usual.remove(SampleMetric.SFID);
        }
        if (features.areInceptions() || !haveClasses) {
            usual.remove(SampleMetric.ACCURACY);
        }
        return usual.stream().<Metric>map(OfSamples::new).toList();
    }

    /** How samples of a model are drawn. */
    public SampleSettings settings(DiffusionModel model) {
        return sampler.settings(model, true);
    }

    /**
     * Refuses options that change nothing, and what a model cannot draw.
     *
     * @param model null where nothing is drawn
     * @param modelIsMeasuredToo by a metric that asks for the variance
     */
    public void check(@Nullable DiffusionModel model, boolean modelIsMeasuredToo) {
        steering.check(model != null);
        if (model == null) {
            sampler.requireFree();
        } else {
            model.plan(sampler.settings(model, modelIsMeasuredToo));
        }
    }

    /** The sampler of a model of what is no picture, which draws as usual by default. */
    public SampleSettings over(SampleSettings usual) {
        return sampler.over(usual);
    }

    /** Refuses what steers models of pixels, where none is drawn. */
    public void requireUnsteered() {
        steering.check(false);
    }

    /** {@link #over(SampleSettings)} for a model that says how another sampler draws. */
    public SampleSettings over(SampleSettings usual, Function<String, SampleSettings> ofSampler) {
        return sampler.over(usual, ofSampler);
    }

    /** The variance of a reverse step, where one is said. */
    @Nullable
    public String variance() {
        return sampler.variance();
    }

    /** What steers the model, for people; empty where nothing does. */
    public Map<String, Object> steered() {
        return steering.facts();
    }

    /** The folder where what is measured piece by piece is kept. */
    public Path cache() {
        return features.cache();
    }

    private final class OfSamples implements Metric {

        private final SampleMetric metric;

        private OfSamples(SampleMetric metric) {
            this.metric = metric;
        }

        @Override
        public String name() {
            return metric.toString();
        }

        @Override
        public Measured of(Subject subject) {
            SampleEvaluation made = evaluation(subject);
            Map<String, Figure> figures = made.figures(metric);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("network", network);
            List<String> lines = new ArrayList<>();
            figures.forEach((name, figure) -> {
                Map<String, Object> fact = new LinkedHashMap<>(Records.CAMEL_CASE.write(figure));
                String line = line(name, figure);
                Spread floor = figure.floor();
                if (DISTANCES.contains(metric) && floor != null) {
                    double times = figure.value() / floor.mean();
                    fact.put("timesFloor", times);
                    line += Metric.line("   %.2f times as far", times);
                }
                facts.put(name, fact);
                lines.add(line);
            });
            if (metric == SampleMetric.FID && made.singular()) {
                facts.put("warning", TOO_FEW);
                lines.add("  " + TOO_FEW);
            }
            return new Measured(facts, lines);
        }
    }

    private static String line(String name, Figure figure) {
        Spread floor = figure.floor();
        return Metric.line("%-20s %10.5f", name, figure.value())
                + (floor == null ? "" : Metric.line("   real pictures %10.5f ± %.5f", floor.mean(), floor.std()));
    }

    private SampleEvaluation evaluation(Metric.Subject subject) {
        SampleEvaluation made = evaluation;
        if (made == null) {
            RealImages real = subject.real().get();
            ImageDataset other = real.other();
            try (FeatureNetwork looking = features.network(subject.data());
                    Progress progress = new Progress("looking")) {
                network = looking.name();
                made = SampleEvaluation.of(
                        new FeatureCache(looking, features.cache(), subject.batchSize()),
                        pictures(subject, real),
                        Pictures.of(real.reference()),
                        other == null ? null : Pictures.of(other),
                        (what, done, total) -> progress.at(done, total, what));
            }
            evaluation = made;
        }
        return made;
    }

    private Pictures pictures(Metric.Subject subject, RealImages real) {
        ImageDataset samples = subject.samples();
        if (samples != null) {
            return Pictures.of(samples);
        }
        DiffusionModel model = subject.drawer();
        String hash = ModelFolder.open(Objects.requireNonNull(subject.folder())).hash();
        Steered steered = steering.of(model, settings(model));
        int known = steered.by().classes(model);
        Draw draw = Draw.of(subject.count())
                .with(settings(model))
                .withSeed(subject.seed())
                .withLabels(real.labels(known, subject.seed()));
        if (known > 0) {
            classes = draw.labels().isEmpty() ? "in turn" : "as often as in the training images";
        }
        return new DrawnPictures(model, hash, draw, steered);
    }

    /** How often each class was drawn, in words, if any were. */
    public Optional<String> classes() {
        return Optional.ofNullable(classes);
    }

    /** How fast samples were drawn, if any were. */
    public Optional<SampleEvaluation.Speed> speed() {
        return Optional.ofNullable(evaluation).map(SampleEvaluation::speed);
    }

    @Override
    public void close() {
        if (evaluation != null) {
            evaluation.close();
        }
        steering.close();
    }
}
