package org.diffusion4j.cli;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Part;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.io.Json;
import org.diffusion4j.sample.DiffusionModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures a model against data. */
@Command(
        name = "evaluate",
        description = "Measures a model. nll: the bits per dimension that the variational bound promises;"
                + " gradient-noise: how noisy the gradient of that bound is.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} evaluate runs/quickstart/model --data glyphs --count 64"})
final class EvaluateCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model folder, in the layout of diffusers.")
    private Path folder;

    @Option(
            names = "--metrics",
            split = ",",
            defaultValue = "nll",
            paramLabel = "METRIC",
            description = "What to measure (default: ${DEFAULT-VALUE}).")
    private List<String> names;

    @Mixin
    private NllMetric nll;

    @Mixin
    private GradientNoiseMetric gradientNoise;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--split",
            defaultValue = "test",
            description = "The part of the data set: test or train (default: ${DEFAULT-VALUE}).")
    private Part part;

    @Option(
            names = "--count",
            defaultValue = "1000",
            description =
                    "How many images, drawn at random by the seed (default: ${DEFAULT-VALUE}, or all where there are fewer).")
    private int count;

    @Option(names = "--seed", defaultValue = "0", description = "Same seed, same figures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--batch-size",
            defaultValue = "64",
            description =
                    "How many go through the network at once; less takes less memory (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public void run() {
        require(count >= 1, "count must be at least 1, was %s", count);
        Map<String, Metric> all = new LinkedHashMap<>();
        List.of(nll, gradientNoise).forEach(metric -> all.put(metric.name(), metric));
        List<Metric> chosen = names.stream()
                .map(name -> all.get(DidYouMean.choose("metric", name, all.keySet())))
                .toList();
        try (DiffusionModel model = DiffusionModel.load(folder)) {
            ImageDataset images = data.read(model, part, spec.commandLine().getErr());
            int used = Math.min(count, images.size());
            Metric.Subject subject = new Metric.Subject(model, images, used, batchSize, seed);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("model", folder.toString());
            facts.put("data", images.name());
            facts.put("split", part.toString().toLowerCase(Locale.ROOT));
            facts.put("count", used);
            facts.put("seed", seed);
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
            if (json) {
                out.print(Json.pretty(facts));
            }
        }
    }
}
