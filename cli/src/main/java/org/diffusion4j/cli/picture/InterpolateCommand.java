package org.diffusion4j.cli.picture;

import java.awt.image.BufferedImage;
import java.util.List;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.option.BatchOption;
import org.diffusion4j.cli.option.ImageOptions;
import org.diffusion4j.cli.option.LabelOption;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.Interpolation;
import org.diffusion4j.sample.SampleSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** From one picture to another. */
@Command(
        name = "interpolate",
        description =
                "Draws what lies between two samples of a seed, or between two given pictures, by DDIM: a row for each pair.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} interpolate runs/quickstart/model --label 3 --out between.png"
        })
public final class InterpolateCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelParameter from;

    @Mixin
    private ImageOptions images;

    @Mixin
    private LabelOption labels;

    @Option(
            names = "--steps",
            defaultValue = "50",
            description = "How many timesteps are visited (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--rows",
            defaultValue = "4",
            description = "How many pairs of samples; of given pictures all are paired (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--columns",
            defaultValue = "9",
            description = "How many pictures from one end to the other (default: ${DEFAULT-VALUE}).")
    private int columns;

    @Option(names = "--seed", defaultValue = "0", description = "Same seed, same pictures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private BatchOption batch;

    @Mixin
    private PictureOutput output;

    @Override
    public void run() {
        output.check();
        try (DiffusionModel model = from.load();
                LiveWork work = new LiveWork("drawing")) {
            Interpolation between = new Interpolation(model, columns);
            Draw draw = Draw.of(rows).withSeed(seed).withBatchSize(batch.size()).withLabels(labels.numbers(model));
            List<BufferedImage> pictures;
            if (images.given()) {
                ImageDataset ends = images.read(model, spec.commandLine().getErr());
                Draw encoded = ImageOptions.labelled(draw.with(SampleSettings.encoding(steps)), model, ends);
                pictures = between.ofImages(encoded, ends, work.of(ends.size() / 2 * columns, batch.size()));
            } else {
                pictures =
                        between.ofSamples(draw.with(SampleSettings.ddim(steps)), work.of(rows * columns, batch.size()));
            }
            output.write(spec, from.folder(), pictures, columns, pictures.size());
        }
    }
}
