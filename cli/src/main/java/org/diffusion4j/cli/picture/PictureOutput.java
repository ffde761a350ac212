package org.diffusion4j.cli.picture;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.option.Invocation;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.io.Png;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The one picture that a command makes, which carries the command in its text. */
final class PictureOutput {

    private static final int PADDING = 2;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "A PNG file for the picture.")
    private Path out;

    @Option(names = "--force", description = "Replace what exists.")
    private boolean force;

    private final long begun = System.nanoTime();

    /** Refuses, before any work is done, what cannot be written. */
    void check() {
        Output.checkFile(out, ".png", force);
    }

    /** Writes pictures in rows, and tells how many of them were drawn. */
    void write(CommandSpec command, Path model, List<BufferedImage> pictures, int columns, int drawn) {
        write(command, model, ImageGrid.of(pictures, columns, PADDING), drawn);
    }

    /** Writes a picture, and tells how many were drawn for it. */
    void write(CommandSpec command, Path model, BufferedImage picture, int drawn) {
        Png.write(out, picture, Invocation.of(command, model).toText(out));
        double seconds = (System.nanoTime() - begun) / 1e9;
        command.commandLine()
                .getOut()
                .printf(Locale.ROOT, "%s: %d picture%s in %.1f s%n", out, drawn, drawn == 1 ? "" : "s", seconds);
    }
}
