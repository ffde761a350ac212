package org.diffusion4j.cli.picture;

import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.option.BatchOption;
import org.diffusion4j.cli.option.ImageOptions;
import org.diffusion4j.cli.option.LabelOption;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.Editor;
import org.diffusion4j.sample.SampleSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** DDIM's table 2 for a model of one's own. */
@Command(
        name = "reconstruct",
        description =
                "Encodes pictures as noise by DDIM, draws them from it again, and prints the error for each number of"
                        + " timesteps. In the picture a row is an image: given, then as drawn again.",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} reconstruct runs/quickstart/model --data glyphs --out again.png"
        })
public final class ReconstructCommand implements Runnable {

    private static final int ROWS = 16; // more are measured and not shown

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelParameter from;

    @Option(
            names = "--steps",
            split = ",",
            defaultValue = "10,20,50,100",
            description = "How many timesteps are visited, several in turn (default: ${DEFAULT-VALUE}).")
    private List<Integer> steps;

    @Mixin
    private ImageOptions images;

    @Mixin
    private LabelOption labels;

    @Mixin
    private BatchOption batch;

    @Mixin
    private PictureOutput output;

    @Override
    public void run() {
        output.check();
        PrintWriter out = spec.commandLine().getOut();
        try (DiffusionModel model = from.load()) {
            ImageDataset given = images.read(model, spec.commandLine().getErr());
            Draw draw = ImageOptions.labelled(
                    Draw.of(given.size()).withBatchSize(batch.size()).withLabels(labels.numbers(model)), model, given);
            List<List<BufferedImage>> columns = new ArrayList<>(List.of(Editor.pictures(given)));
            out.println("steps   error, mean square on [0, 1]");
            for (int timesteps : steps) {
                Editor.Reconstruction found = reconstruct(model, draw.with(SampleSettings.encoding(timesteps)), given);
                out.printf(Locale.ROOT, "%5d   %.6f%n", timesteps, found.error());
                columns.add(found.pictures());
            }
            List<BufferedImage> rows = new ArrayList<>();
            for (int i = 0; i < Math.min(ROWS, given.size()); i++) {
                for (List<BufferedImage> column : columns) {
                    rows.add(column.get(i));
                }
            }
            output.write(spec, from.folder(), rows, columns.size(), given.size() * steps.size());
        }
    }

    private static Editor.Reconstruction reconstruct(DiffusionModel model, Draw draw, ImageDataset given) {
        try (LiveWork work = new LiveWork("reconstructing")) {
            return new Editor(model).reconstruct(draw, given, work.of(draw.count(), draw.batchSize()));
        }
    }
}
