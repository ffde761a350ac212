package org.diffusion4j.cli.picture;

import java.awt.image.BufferedImage;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.option.DrawOptions;
import org.diffusion4j.cli.option.ImageOptions;
import org.diffusion4j.cli.option.ModelParameter;
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
public final class EditCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelParameter from;

    @Mixin
    private ImageOptions images;

    @Option(
            names = "--strength",
            defaultValue = "0.5",
            description = "How much is new: the share of the steps that are walked, from 0, the picture as it is, to 1"
                    + " (default: ${DEFAULT-VALUE}).")
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
            Editor editor = new Editor(model);
            spec.commandLine().getOut().println(walked(editor, draw));
            List<BufferedImage> drawn = editor.vary(draw, given, strength, work.of(draw.count(), draw.batchSize()));
            List<BufferedImage> rows = variations.rows(List.of(Editor.pictures(given)), drawn);
            output.write(spec, from.folder(), rows, rows.size() / given.size(), drawn.size());
        }
    }

    private String walked(Editor editor, Draw draw) {
        return editor.walked(draw, strength)
                .map(walked -> String.format(
                        Locale.ROOT,
                        "strength %s: %d of %d steps, from timestep %s to %s",
                        strength,
                        walked.steps(),
                        draw.settings().steps(),
                        plain(walked.time(0)),
                        plain(walked.time(walked.steps() - 1))))
                .orElse("strength 0: the pictures as they are");
    }

    private static String plain(double time) {
        return BigDecimal.valueOf(time).stripTrailingZeros().toPlainString();
    }
}
