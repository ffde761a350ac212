package org.diffusion4j.cli.option;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusion4j.cli.console.Progress;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.GreyImages;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.catalog.DataHome;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.data.catalog.Download;
import org.diffusion4j.data.catalog.PublishedDataset;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.io.Json;
import org.diffusion4j.nn.PictureConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which data are learned, and the reading of them. */
public final class DataOptions {

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description =
                    "mnist, fashion-mnist, cifar10, glyphs, two-digits, or a folder, zip or picture (default: as the"
                            + " recipe says, also that of a model). Names are looked for in $DIFFUSION4J_DATA.")
    private @Nullable String data;

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Crop pictures in files to a square and resize them to N×N"
                    + " (default: as the recipe or the model says, else as they are).")
    private @Nullable Integer size;

    @Option(names = "--download", description = "Allow to download the data set if it is not on this machine.")
    private boolean download;

    @Option(names = "--skip-bad", description = "Go on without image files that cannot be read.")
    private boolean skipBad;

    /** The changes that they make to a recipe. */
    public List<String> changes() {
        return Stream.concat(change().stream(), Stream.ofNullable(size).map(side -> "data.size=" + side))
                .toList();
    }

    /** The change of a recipe's source, if any. */
    public Optional<String> change() {
        if (data == null) {
            return Optional.empty();
        }
        // a run may be resumed from another working directory
        return Optional.of("data.source="
                + Json.line(
                        isName(data)
                                ? data
                                : Path.of(data).toAbsolutePath().normalize().toString()));
    }

    /** Where data of one's own lie, if that is said. */
    public Optional<Path> path() {
        return Optional.ofNullable(data).map(Path::of);
    }

    /** Whether any are asked for. */
    boolean given() {
        return data != null;
    }

    /** Whether this is the name of a data set rather than where one lies. */
    static boolean isName(String data) {
        return List.of(Datasets.GLYPHS, Datasets.TWO_DIGITS).contains(data)
                || PublishedDataset.named(data).isPresent();
    }

    /** The part of a data set that is meant by default: a folder or file of one's own has no test part. */
    DataSplit usualPart() {
        return data != null && isName(data) ? DataSplit.TEST : DataSplit.TRAIN;
    }

    /** The part that is measured by default: all of a folder or file of one's own that has no test part. */
    DataSplit measuredPart() {
        return data == null || isName(data) || Datasets.has(Path.of(data), DataSplit.TEST)
                ? DataSplit.TEST
                : DataSplit.TRAIN;
    }

    /** The name of a published data set, where it is on this machine or may be brought to it. */
    public Optional<String> published(PublishedDataset set) {
        return download || Datasets.isPresent(set) ? Optional.of(set.id()) : Optional.empty();
    }

    /** Reads the data of a recipe, downloaded first where that is allowed; grey pictures for one channel with one. */
    public ImageDataset read(ImageRecipe recipe, PrintWriter err) {
        ImageDataset images = read(recipe.data(), err);
        return recipe.network().inChannels() == 1 ? GreyImages.whereGrey(images) : images;
    }

    /** Reads the data of a recipe of any kind, or others where they are given. */
    public ImageDataset read(ImageRecipe.Data wanted, PrintWriter err) {
        return read(data == null ? wanted.source() : data, DataSplit.TRAIN, wanted.size(), wanted.grey(), err);
    }

    /** Reads data as they are, downloaded first where that is allowed. */
    public ImageDataset read(DataSplit part, PrintWriter err) {
        return read(named(), part, 0, false, err);
    }

    /** What was given: the name of a data set, or where one lies. */
    public String named() {
        require(data != null, "which images? say --data, for instance mnist or a folder");
        return data;
    }

    /** Reads data for a model that is trained, if there is one, in its size and colours, downloaded first where that is allowed. */
    public ImageDataset read(@Nullable DiffusionModel model, DataSplit part, PrintWriter err) {
        if (model == null) {
            return GreyImages.whereGrey(read(part, err));
        }
        PictureConfig network = model.network().config();
        int side = network.pictureSize().size() == 1 ? network.pictureSize().get(0) : 0;
        return read(named(model), part, side, network.inChannels() == 1, err);
    }

    /** What was given, or else what a model was trained on, where there is one and its folder says so. */
    public String named(@Nullable DiffusionModel model) {
        return data == null && model != null ? learned(model).orElseGet(this::named) : named();
    }

    /** The published data set that a model was trained on, where its folder says so. */
    private static Optional<String> learned(DiffusionModel model) {
        return model.card().recipe("data", "source").map(Object::toString).filter(DataOptions::isName);
    }

    /** A part that was read, with the other part, read in the same way; a folder of pictures may have no other, which is reported. */
    public RealImages withOther(
            @Nullable DiffusionModel model, DataSplit part, ImageDataset reference, PrintWriter err) {
        DataSplit other = part == DataSplit.TEST ? DataSplit.TRAIN : DataSplit.TEST;
        ImageDataset read = null;
        try {
            read = read(model, other, err);
        } catch (DiffusionException none) {
            err.println("no figures of real pictures: " + none.getMessage());
        }
        return new RealImages(named(model), part, reference, read);
    }

    /** Reads pictures that are compared with others, in the size and colours of these. */
    public ImageDataset read(Path pictures, ImageDataset others, PrintWriter err) {
        int side = others.height() == others.width() ? others.height() : 0;
        return Datasets.open(pictures, DataSplit.TRAIN, options(side, others.channels() == 1, err));
    }

    private ImageDataset read(String source, DataSplit part, int usualSize, boolean grey, PrintWriter err) {
        Optional<PublishedDataset> published = PublishedDataset.named(source);
        if (download && published.isPresent() && !Datasets.isPresent(published.get())) {
            download(published.get(), err);
        }
        return Datasets.open(source, part, options(size == null ? usualSize : size, grey, err));
    }

    private ReadOptions options(int side, boolean grey, PrintWriter err) {
        return new ReadOptions(side, grey, bad -> answer(bad, err), err::println);
    }

    private static void download(PublishedDataset set, PrintWriter err) {
        Path home = DataHome.folder();
        err.println("downloading " + set.id() + " to " + home);
        try (Progress progress = new Progress("download")) {
            new Download((file, done, total) -> progress.at(done, total, String.valueOf(file.getFileName())))
                    .fetch(set, home);
        }
    }

    private void answer(FormatException bad, PrintWriter err) {
        if (!skipBad) {
            throw new FormatException(bad.getMessage() + "; --skip-bad goes on without such files", bad);
        }
        err.println("skipped: " + bad.getMessage());
    }
}
