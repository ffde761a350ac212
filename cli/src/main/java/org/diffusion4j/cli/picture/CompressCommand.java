package org.diffusion4j.cli.picture;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.option.BatchOption;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.cli.option.SplitOption;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.measure.BitsPerDim;
import org.diffusion4j.image.measure.RateDistortion;
import org.diffusion4j.image.measure.RateDistortion.Point;
import org.diffusion4j.io.Json;
import org.diffusion4j.report.LinePlot;
import org.diffusion4j.report.LinePlot.Axis;
import org.diffusion4j.schedule.Respacing;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** DDPM's progressive lossy code. */
@Command(
        name = "compress",
        description =
                "Measures a model as a progressive lossy code (DDPM, section 4.3): how many bits have been sent at each"
                        + " time, and how far from the image is what the receiver sees.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} compress runs/quickstart/model --data glyphs --count 16"})
public final class CompressCommand implements Runnable {

    private static final int ROWS = 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelParameter from;

    @Mixin
    private DataOptions data;

    @Mixin
    private SplitOption split;

    @Option(
            names = "--count",
            defaultValue = "64",
            description = "How many images, drawn at random by the seed (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--respacing",
            paramLabel = "PARTS",
            description = "The timesteps of the chain, such as 100, 10,15,20 or ddim50 (default: all).")
    private @Nullable String respacing;

    @Option(names = "--seed", defaultValue = "0", description = "Same seed, same figures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private BatchOption batch;

    @Option(names = "--plot", paramLabel = "FILE", description = "An SVG file for the curve of distortion over rate.")
    private @Nullable Path plot;

    @Option(names = "--force", description = "Replace what exists.")
    private boolean force;

    @Option(names = "--json", description = "Print JSON, with every timestep.")
    private boolean json;

    @Override
    public void run() {
        require(count >= 1, "count must be at least 1, was %s", count);
        if (plot != null) {
            Output.checkFile(plot, ".svg", force);
        }
        PrintWriter out = spec.commandLine().getOut();
        try (DiffusionModel model = from.load()) {
            ImageDataset images =
                    data.read(model, split.part(data), spec.commandLine().getErr());
            BitsPerDim measured = measure(model, images);
            RateDistortion code = RateDistortion.of(measured);
            if (plot != null) {
                curve(code).write(plot);
            }
            if (json) {
                Map<String, Object> facts = new LinkedHashMap<>(Records.CAMEL_CASE.write(code));
                facts.put("lossless", measured.total());
                out.print(Json.pretty(facts));
            } else {
                table(code.points(), measured.total(), out);
            }
        }
    }

    private static void table(List<Point> points, double lossless, PrintWriter out) {
        out.println("timestep   bits/dim   RMSE on [0, 255]");
        int rows = Math.min(ROWS, points.size());
        for (int row = 0; row < rows; row++) {
            Point point = points.get((row + 1) * points.size() / rows - 1);
            out.printf(Locale.ROOT, "%8d   %8.4f   %8.3f%n", point.t(), point.rate(), point.distortion());
        }
        out.printf(Locale.ROOT, "lossless   %8.4f%n", lossless);
    }

    private static LinePlot curve(RateDistortion code) {
        List<Double> rates = code.points().stream().map(Point::rate).toList();
        List<Double> distortions = code.points().stream().map(Point::distortion).toList();
        return new LinePlot(
                "A progressive lossy code",
                Axis.linear("rate (bits/dim)"),
                Axis.linear("distortion (RMSE on [0, 255])"),
                List.of(new LinePlot.Line("model", rates, distortions)),
                List.of());
    }

    private BitsPerDim measure(DiffusionModel model, ImageDataset images) {
        BitsPerDim.Settings settings = BitsPerDim.Settings.of(model, count).with(seed, batch.size());
        if (respacing != null) {
            settings = settings.with(
                    Respacing.grid(respacing, model.process().table().steps()));
        }
        try (LiveWork work = new LiveWork("measuring")) {
            return BitsPerDim.of(model, images, settings, (done, total) -> work.at(done, total, "steps"));
        }
    }
}
