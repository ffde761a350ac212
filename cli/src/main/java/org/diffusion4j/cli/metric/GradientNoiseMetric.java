package org.diffusion4j.cli.metric;

import static org.diffusion4j.cli.metric.Metric.line;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageTraining;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.report.LinePlot;
import org.diffusion4j.report.LinePlot.Axis;
import org.diffusion4j.train.GradientNoise;
import org.diffusion4j.train.LossTerms;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.TimeSampling;
import org.diffusion4j.train.Weighting;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How noisy the gradient of L_vlb is with and without importance sampling, and that of L_hybrid where the model learned by it. */
public final class GradientNoiseMetric implements Metric {

    private static final String ROW = "  %-28s %10s %10s %14s %12s";

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description = "gradient-noise: an SVG file that shows the gradient's norm of each batch.")
    private @Nullable Path plot;

    /** Refuses, before any work is done, what cannot be written. */
    public void check(boolean force) {
        if (plot != null) {
            Output.checkFile(plot, ".svg", force);
        }
    }

    /** The file of the plot, if one is asked for. */
    @Nullable
    public Path plot() {
        return plot;
    }

    @Override
    public String name() {
        return "gradient-noise";
    }

    @Override
    public Measured of(Subject subject) {
        int batches = Math.max(2, subject.images() / subject.batchSize());
        Map<String, Object> facts = new LinkedHashMap<>();
        List<String> table = new ArrayList<>(List.of(
                "gradient-noise of " + batches + " batches of " + subject.batchSize(),
                line(ROW, "loss, times", "mean loss", "|G|", "noise, 1 image", "noise scale")));
        List<LinePlot.Line> lines = new ArrayList<>();
        List<Double> numbers =
                IntStream.rangeClosed(1, batches).asDoubleStream().boxed().toList();
        for (ObjectiveSettings settings : objectives(subject.model())) {
            String kind = "L_" + settings.loss() + ", " + settings.times();
            try (LiveWork work = new LiveWork(kind)) {
                GradientNoise noise = noise(subject, settings, batches, work);
                facts.put(kind, facts(noise));
                table.add(row(kind, noise));
                lines.add(new LinePlot.Line(kind, numbers, noise.norms()));
            }
        }
        if (plot != null) {
            String title = "Gradients of batches of " + subject.batchSize() + " at fixed weights";
            new LinePlot(title, Axis.linear("batch"), Axis.log("norm of the gradient"), lines, List.of()).write(plot);
        }
        return new Measured(facts, table);
    }

    private static GradientNoise noise(Subject subject, ObjectiveSettings settings, int batches, LiveWork work) {
        DiffusionModel model = subject.model();
        return GradientNoise.of(
                model.network().parameters(),
                ImageTraining.loss(
                        model, learnsVariance(model) ? ReverseVariance.LEARNED : ReverseVariance.FIXED_SMALL, settings),
                ImageTraining.examples(model, subject.data(), subject.batchSize(), subject.seed(), false),
                batches,
                subject.seed(),
                done -> work.at(done, batches, "batches"));
    }

    private static boolean learnsVariance(DiffusionModel model) {
        return model.scheduler().meaning().variance() != null;
    }

    private static List<ObjectiveSettings> objectives(DiffusionModel model) {
        List<ObjectiveSettings> objectives = new ArrayList<>();
        for (TimeSampling times : List.of(TimeSampling.UNIFORM, TimeSampling.LOSS_SECOND_MOMENT)) {
            objectives.add(new ObjectiveSettings(LossTerms.VLB, Weighting.SIMPLE, null, times));
        }
        if (learnsVariance(model)) {
            objectives.add(new ObjectiveSettings(LossTerms.HYBRID, Weighting.SIMPLE, null, TimeSampling.UNIFORM));
        }
        return objectives;
    }

    private static Map<String, Object> facts(GradientNoise noise) {
        Map<String, Object> facts = new LinkedHashMap<>(Records.CAMEL_CASE.write(noise));
        if (Double.isFinite(noise.scale())) {
            facts.put("scale", noise.scale());
        }
        return facts;
    }

    private static String row(String kind, GradientNoise noise) {
        double mean = noise.losses().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
        return line(
                ROW,
                kind,
                line("%.4g", mean),
                noise.squaredNorm() > 0 ? line("%.3g", Math.sqrt(noise.squaredNorm())) : "lost in noise",
                line("%.3g", Math.sqrt(noise.variance())),
                Double.isFinite(noise.scale()) ? line("%.3g images", noise.scale()) : "unknown");
    }
}
