package org.diffusion4j.cli.picture;

import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.option.DrawOptions;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.Strip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** DDPM's progressive generation. */
@Command(
        name = "progressive",
        description =
                "Draws samples and shows what the model takes for each on the way: a row for each, from noise to the sample.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} progressive runs/quickstart/model --count 4 --out strip.png"})
public final class ProgressiveCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelParameter from;

    @Option(names = "--count", defaultValue = "8", description = "How many samples (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--columns",
            defaultValue = "12",
            description = "How many looks at each, evenly spaced over the steps (default: ${DEFAULT-VALUE}).")
    private int columns;

    @Mixin
    private DrawOptions options;

    @Mixin
    private PictureOutput output;

    @Override
    public void run() {
        output.check();
        options.check(count);
        Strip strip = new Strip(columns);
        try (DiffusionModel model = from.load();
                LiveWork work = new LiveWork("drawing")) {
            Draw draw = options.of(model, count);
            var live = work.of(draw.count(), draw.batchSize());
            model.draw(draw, (first, step) -> {
                live.onStep(first, step);
                strip.onStep(first, step);
            });
            output.write(spec, from.folder(), strip.picture(), count);
        }
    }
}
