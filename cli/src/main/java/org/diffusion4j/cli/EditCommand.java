package org.diffusion4j.cli;

import java.awt.image.BufferedImage;
import java.util.List;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.Editor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Image to image. */
@Command(
        name = "edit",
        description =
                "Puts noise over pictures and draws from there (SDEdit): variations of them, or another class in their"
                        + " shape. A row is a given picture and its variations.",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} edit runs/quickstart/model --data sketch.png --label 3 --out a.png"
        })
final class EditCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelParameter from;

    @Mixin
    private ImageOptions images;

    @Option(
            names = "--strength",
            defaultValue = "0.5",
            description =
                    "How much is new: the share of the steps that are walked, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double strength;

    @Mixin
    private Variations variations;

    @Mixin
    private DrawOptions options;

    @Mixin
    private PictureOutput output;

    @Override
    public void run() {
        output.check();
        options.check(variations.count());
        try (DiffusionModel model = from.load();
                LiveWork work = new LiveWork("drawing")) {
            ImageDataset given = images.read(model, spec.commandLine().getErr());
            Draw draw = variations.of(given, options, model);
            List<BufferedImage> drawn =
                    new Editor(model).vary(draw, given, strength, work.of(draw.count(), draw.batchSize()));
            List<BufferedImage> rows = variations.rows(List.of(Editor.pictures(given)), drawn);
            output.write(spec, from.folder(), rows, rows.size() / given.size(), drawn.size());
        }
    }
}
