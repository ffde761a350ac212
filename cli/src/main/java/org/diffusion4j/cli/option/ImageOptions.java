package org.diffusion4j.cli.option;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Subset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which pictures are given to a model. */
public final class ImageOptions {

    private static final int USUALLY = 8;
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

    @Mixin
    private DataOptions data;

    @Option(
            names = "--split",
            description = "The part of the data set: test or train (default: test; train of a folder, zip or picture).")
    private @Nullable DataSplit part;

    @Option(
            names = "--pick",
            paramLabel = "NUMBERS",
            description = "Which pictures, counted from 0, such as 3,8,10-15 (default: the first " + USUALLY + ").")
    private @Nullable String pick;

    /** Whether any are given. */
    public boolean given() {
        return data.given();
    }

    /** Reads them in the model's size and colours. */
    public ImageDataset read(DiffusionModel model, PrintWriter err) {
        ImageDataset all = data.read(model, part == null ? data.usualPart() : part, err);
        return new Subset(
                all,
                pick == null ? IntStream.range(0, Math.min(USUALLY, all.size())).toArray() : numbers(pick));
    }

    private static int[] numbers(String pick) {
        return Stream.of(pick.split(",", -1)).flatMapToInt(ImageOptions::range).toArray();
    }

    private static IntStream range(String text) {
        Matcher range = RANGE.matcher(text.strip());
        require(range.matches(), "'%s' picks no pictures; write --pick as 3,8,10-15", text);
        int first = Integer.parseInt(range.group(1));
        int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
        require(first <= last, "'%s' picks no pictures: %s is after %s", text, first, last);
        return IntStream.rangeClosed(first, last);
    }

    /**
     * The draw under the labels of the pictures, if it has none.
     *
     * @throws IllegalArgumentException if the model needs labels and the pictures have none
     */
    public static Draw labelled(Draw draw, DiffusionModel model, ImageDataset images) {
        if (model.classes() == 0 || !draw.labels().isEmpty()) {
            return draw;
        }
        require(
                images.labelled(),
                "the model has classes and the pictures of %s no labels; say --label%s",
                images.name(),
                model.knowsNoLabel() ? ", which may be none" : "");
        List<Integer> labels =
                IntStream.range(0, images.size()).map(images::label).boxed().toList();
        return draw.withLabels(labels);
    }
}
