package org.diffusion4j.cli.picture;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.option.DrawOptions;
import org.diffusion4j.cli.option.ImageOptions;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.Editor;
import org.diffusion4j.image.Mask;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Draws parts of pictures anew. */
@Command(
        name = "inpaint",
        description =
                "Draws a part of pictures anew, by RePaint or plain replacement. A row is a given picture, what is kept of"
                        + " it, and its variations.",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} inpaint runs/quickstart/model --data glyphs --mask left --out a.png"
        })
public final class InpaintCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelParameter from;

    @Mixin
    private ImageOptions images;

    @Option(
            names = "--mask",
            paramLabel = "PART",
            description = "What is drawn anew: left, right, top, bottom or centre.")
    private @Nullable String mask;

    @Option(
            names = "--mask-file",
            paramLabel = "FILE",
            description = "A picture of the model's size: white is drawn anew, black is kept.")
    private @Nullable Path maskFile;

    @Option(
            names = "--jump",
            defaultValue = "5",
            description = "RePaint: how many steps it goes back at a time (default: ${DEFAULT-VALUE}).")
    private int jump;

    @Option(
            names = "--resamplings",
            defaultValue = "5",
            description = "RePaint: how often each part of the way is walked; 1 is plain replacement"
                    + " (default: ${DEFAULT-VALUE}).")
    private int resamplings;

    @Mixin
    private Variations variations;

    @Mixin
    private DrawOptions options;

    @Mixin
    private PictureOutput output;

    @Override
    public void run() {
        require((mask == null) != (maskFile == null), "what is drawn anew? give --mask PART or --mask-file FILE");
        output.check();
        options.check(variations.count());
        PrintWriter err = spec.commandLine().getErr();
        try (DiffusionModel model = from.load();
                LiveWork work = new LiveWork("drawing")) {
            ImageDataset given = images.read(model, err);
            Mask part = maskFile == null
                    ? Mask.without(Mask.Region.named(String.valueOf(mask)), given.height(), given.width())
                    : Mask.of(Datasets.open(maskFile, DataSplit.TRAIN, ReadOptions.DEFAULT.inGrey()));
            Draw draw = variations.of(given, options, model);
            List<BufferedImage> drawn = new Editor(model)
                    .inpaint(draw, given, part, jump, resamplings, work.of(draw.count(), draw.batchSize()));
            List<BufferedImage> pictures = Editor.pictures(given);
            List<BufferedImage> rows = variations.rows(
                    List.of(pictures, pictures.stream().map(part::over).toList()), drawn);
            output.write(spec, from.folder(), rows, rows.size() / given.size(), drawn.size());
        }
    }
}
