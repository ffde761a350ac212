package org.diffusion4j.cli;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.metric.ControlMetric;
import org.diffusion4j.cli.metric.GradientNoiseMetric;
import org.diffusion4j.cli.metric.Metric;
import org.diffusion4j.cli.metric.NllMetric;
import org.diffusion4j.cli.metric.NllOdeMetric;
import org.diffusion4j.cli.metric.PromptMetric;
import org.diffusion4j.cli.metric.PromptMetrics;
import org.diffusion4j.cli.metric.SampleMetrics;
import org.diffusion4j.cli.metric.TextMetrics;
import org.diffusion4j.cli.option.BatchOption;
import org.diffusion4j.cli.option.ComputeOptions;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.cli.option.ModelName;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.cli.option.SplitOption;
import org.diffusion4j.cli.option.TemperatureOption;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.EngineReport;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.latent.LatentModel;
import org.diffusion4j.text.TextModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures a model, or samples, against data. */
@Command(
        name = "evaluate",
        description =
                "Measures a model against data. fid, sfid, is, kid, pr (precision and recall), accuracy: its samples,"
                        + " or pictures in files, beside what real pictures score; nll: the bits per dimension that the"
                        + " variational bound promises; nll-ode: those of the probability-flow ODE; gradient-noise: how"
                        + " noisy the gradient of that bound is. Of a model of texts: nll, bleu, distinct, self-bleu,"
                        + " lm-score, copies, control. Of a model that draws from words: clip-score, caption-rank (how"
                        + " often a CLIP finds the caption of a picture among all), nearest (how near pictures are to"
                        + " those that the model learned from), two-digits (how often both digits are read right). Samples are looked at in pieces that are kept, so the same command goes on where"
                        + " it was stopped.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} evaluate mnist --count 10000"})
final class EvaluateCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            converter = ModelName.class,
            description = ModelParameter.DESCRIPTION)
    private @Nullable Path folder;

    @Option(
            names = "--samples",
            paramLabel = "DIR",
            description =
                    "Measure the pictures in a folder or zip instead, in the size and colours of the data; folders in"
                            + " it are their classes.")
    private @Nullable Path samples;

    @Option(
            names = "--metrics",
            split = ",",
            paramLabel = "METRIC",
            description = "What to measure: fid, sfid, is, kid, pr, accuracy, nll, nll-ode, gradient-noise"
                    + " (default: all that look at samples; sfid and accuracy where the network can).")
    private List<String> names = List.of();

    @Mixin
    private NllMetric nll;

    @Mixin
    private NllOdeMetric nllOde;

    @Mixin
    private GradientNoiseMetric gradientNoise;

    @Mixin
    private SampleMetrics ofSamples;

    @Mixin
    private ControlMetric control;

    @Mixin
    private TemperatureOption temperature;

    @Mixin
    private PromptMetric prompts;

    @Mixin
    private DataOptions data;

    @Mixin
    private SplitOption split;

    @Option(
            names = "--count",
            defaultValue = "1000",
            description = "How many samples are drawn, or images coded, all where there are fewer (default:"
                    + " ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--seed", defaultValue = "0", description = "Same seed, same figures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private BatchOption batch;

    @Mixin
    private ComputeOptions compute;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--card", paramLabel = "FILE", description = "Write the results, and all they depend on, as JSON.")
    private @Nullable Path card;

    @Option(names = "--force", description = "Replace what exists.")
    private boolean force;

    @Override
    public void run() {
        if (folder == null && samples == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "what is measured? give a model folder, or --samples with a folder of pictures");
        }
        require(count >= 1, "count must be at least 1, was %s", count);
        if (folder != null && TextModel.isOne(folder)) {
            require(samples == null, "--samples are pictures, and %s is a model of texts: omit one", folder);
            require(card == null, "--card is for models of pictures; take --json");
            new TextMetrics(folder, names, count, seed, ofSamples::over, temperature, control, spec.commandLine())
                    .report(data.path(), json);
            return;
        }
        require(!control.asked(), "--controls and --targets are for models of texts");
        require(!temperature.isGiven(), "--temperature is for models of texts");
        if (folder != null && LatentModel.isOne(folder)) {
            require(samples == null, "--samples are measured without such a model: omit %s", folder);
            require(card == null, "--card is for models of pixels; take --json");
            ofSamples.requireUnsteered();
            new PromptMetrics(
                            folder,
                            names,
                            count,
                            seed,
                            compute.of(Precision.AUTO),
                            model -> ofSamples.over(model.settings(), model::settings),
                            prompts,
                            spec.commandLine())
                    .report(data.path(), json);
            return;
        }
        prompts.requireFree();
        if (card != null) {
            Output.checkFile(card, ".json", force);
        }
        gradientNoise.check(force);
        nllOde.check();
        Map<String, @Nullable Path> files = new LinkedHashMap<>();
        files.put("--card", card);
        files.put("--plot", gradientNoise.plot());
        Output.checkDistinct(files);
        try (SampleMetrics opened = ofSamples) {
            Compute drawing = compute.of(Precision.AUTO);
            Compute measuring = compute.of(Precision.FLOAT32); // the likelihood of a model in bf16 is another
            try (DiffusionModel model = folder == null
                    ? null
                    : ModelParameter.load(
                            folder, Compute.DEFAULT, spec.commandLine().getErr())) {
                List<Metric> chosen = chosen(opened, model);
                boolean measures = chosen.stream().anyMatch(this::measuresModel);
                require(
                        !chosen.contains(gradientNoise) || measuring.arithmetic() == Precision.FLOAT32,
                        "gradients are measured in float32: omit --precision, or gradient-noise");
                ofSamples.check(draws(chosen) ? model : null, measures);
                try (DiffusionModel measured = otherThan(model, measures, measuring);
                        DiffusionModel drawn = otherThan(model, draws(chosen), drawing)) {
                    measure(
                            subject(measured == null ? model : measured, drawn == null ? model : drawn),
                            chosen,
                            drawing);
                }
            }
        }
    }

    /** The model in another way of computing, where it is needed so; null where it is right as it is. */
    private static @Nullable DiffusionModel otherThan(@Nullable DiffusionModel model, boolean needed, Compute compute) {
        return model == null || !needed || compute.identity().isEmpty() ? null : model.to(compute);
    }

    private boolean draws(List<Metric> chosen) {
        return samples == null && !chosen.stream().allMatch(this::measuresModel);
    }

    /** Whether a metric is of the model itself, not of samples. */
    private boolean measuresModel(Metric metric) {
        return metric == nll || metric == nllOde || metric == gradientNoise;
    }

    private List<Metric> chosen(SampleMetrics opened, @Nullable DiffusionModel model) {
        if (names.isEmpty()) {
            return opened.usual(model != null && model.classes() > 0);
        }
        Map<String, Metric> all = new LinkedHashMap<>();
        Stream.concat(Stream.of(nll, nllOde, gradientNoise), opened.metrics().stream())
                .forEach(metric -> all.put(metric.name(), metric));
        return names.stream()
                .map(name -> all.get(DidYouMean.choose("metric", name, all.keySet())))
                .toList();
    }

    private Metric.Subject subject(@Nullable DiffusionModel model, @Nullable DiffusionModel drawn) {
        DataSplit part = split.part(data);
        PrintWriter err = spec.commandLine().getErr();
        ImageDataset images = data.read(model, part, err);
        ImageDataset pictures = samples == null ? null : data.read(samples, images, err);
        return new Metric.Subject(
                folder,
                model,
                drawn,
                images,
                () -> data.withOther(model, part, images, err),
                pictures,
                count,
                batch.size(),
                seed,
                ofSamples.variance(),
                ofSamples.cache());
    }

    private void measure(Metric.Subject subject, List<Metric> chosen, Compute drawing) {
        long begun = System.nanoTime();
        Map<String, Object> facts = facts(subject, chosen);
        if (draws(chosen)) {
            facts.put("drawn", "on " + drawing);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            facts.forEach((name, value) -> out.printf("%-6s %s%n", name, value));
        }
        for (Metric metric : chosen) {
            Metric.Measured measured = metric.of(subject);
            facts.put(metric.name(), measured.facts());
            if (!json) {
                measured.lines().forEach(out::println);
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (json) {
            out.print(Json.pretty(facts));
        }
        if (card != null) {
            Json.write(card, withProtocol(subject, facts, draws(chosen), seconds));
        }
    }

    private Map<String, Object> facts(Metric.Subject subject, List<Metric> chosen) {
        Map<String, Object> facts = new LinkedHashMap<>();
        if (folder != null && samples != null) {
            facts.put("measured", measured(chosen));
        }
        if (folder != null) {
            facts.put("model", ShippedModel.nameOf(folder));
        }
        if (samples != null) {
            facts.put("samples", samples.toString());
        }
        facts.putAll(ofSamples.steered());
        facts.put("data", data.named(subject.loaded()));
        facts.put("split", split.part(data).word());
        facts.put("count", subject.samples() == null ? count : subject.samples().size());
        facts.put("seed", seed);
        return facts;
    }

    /** Which of the two that are named is measured. */
    private String measured(List<Metric> chosen) {
        Map<Boolean, String> names =
                chosen.stream().collect(partitioningBy(this::measuresModel, mapping(Metric::name, joining(", "))));
        String ofModel = String.valueOf(names.get(true));
        String ofSamples = String.valueOf(names.get(false));
        return Stream.of(
                        ofSamples.isEmpty() ? "" : "the pictures in " + samples + " (" + ofSamples + ")",
                        ofModel.isEmpty() ? "" : "the model (" + ofModel + ")")
                .filter(part -> !part.isEmpty())
                .collect(joining(", "));
    }

    /** What the figures depend on besides what is printed. */
    private Map<String, Object> withProtocol(
            Metric.Subject subject, Map<String, Object> facts, boolean drawn, double seconds) {
        Map<String, Object> all = new LinkedHashMap<>(facts);
        if (folder != null) {
            all.put("modelHash", ModelFolder.open(folder).hash());
        }
        if (drawn) {
            all.put("sampling", Records.CAMEL_CASE.write(ofSamples.settings(subject.model())));
        }
        all.put("dataHash", subject.data().fingerprint());
        all.put("version", Program.version());
        all.put("libtorch", EngineReport.version());
        all.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        all.put("seconds", seconds);
        ofSamples.speed().ifPresent(speed -> all.put("drawing", Records.CAMEL_CASE.write(speed)));
        ofSamples.classes().ifPresent(often -> all.put("classes", often));
        return all;
    }
}
