package org.diffusion4j.cli.picture;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.cli.option.DrawOptions;
import org.diffusion4j.cli.option.ImageOptions;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import picocli.CommandLine.Option;

/** The option that says how often each given picture is drawn, and the rows that come of it. */
final class Variations {

    @Option(
            names = "--variations",
            defaultValue = "4",
            description = "How many pictures are drawn from each that is given (default: ${DEFAULT-VALUE}).")
    private int variations;

    int count() {
        require(variations >= 1, "variations must be at least 1, was %s", variations);
        return variations;
    }

    /** The draw of all: first one of each picture, then the next of each. */
    Draw of(ImageDataset given, DrawOptions options, DiffusionModel model) {
        return ImageOptions.labelled(options.of(model, given.size() * variations), model, given);
    }

    /**
     * A row for each given picture, with its variations at the end.
     *
     * @param before columns that stand before them
     */
    List<BufferedImage> rows(List<List<BufferedImage>> before, List<BufferedImage> drawn) {
        int given = drawn.size() / variations;
        List<BufferedImage> rows = new ArrayList<>();
        for (int i = 0; i < given; i++) {
            for (List<BufferedImage> column : before) {
                rows.add(column.get(i));
            }
            for (int k = 0; k < variations; k++) {
                rows.add(drawn.get(k * given + i));
            }
        }
        return rows;
    }
}
