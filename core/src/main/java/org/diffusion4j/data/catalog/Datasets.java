package org.diffusion4j.data.catalog;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.diffusion4j.data.Cifar;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.Idx;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.ImageFiles;
import org.diffusion4j.data.Picture;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.captions.CaptionedFolder;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.captions.TwoDigits;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.jspecify.annotations.Nullable;

/** Opens a data set by its name or by where it lies, whatever its format. */
public final class Datasets {

    /** The name of the built-in set. */
    public static final String GLYPHS = "glyphs";

    /** The name of the set of two digits of MNIST side by side, put together when they are asked for. */
    public static final String TWO_DIGITS = "two-digits";

    private Datasets() {}

    /**
     * Opens a data set and reads it into memory.
     *
     * @param nameOrPath {@code glyphs}; {@code two-digits}, of MNIST; {@code mnist}, {@code fashion-mnist} or {@code cifar10}, which are looked for in
     *     {@link DataHome}; else a folder, a zip or an image file
     * @throws DiffusionException if nothing is there
     * @throws FormatException if what is there cannot be read
     */
    public static ImageDataset open(String nameOrPath, DataSplit part, ReadOptions options) {
        return open(nameOrPath, part, options, DataHome.folder());
    }

    static ImageDataset open(String nameOrPath, DataSplit part, ReadOptions options, Path home) {
        if (nameOrPath.equals(GLYPHS)) {
            return asAsked(Glyphs.open(part), options);
        }
        if (nameOrPath.equals(TWO_DIGITS)) {
            return asAsked(twoDigits(part, home), options);
        }
        Optional<PublishedDataset> published = PublishedDataset.named(nameOrPath);
        if (published.isEmpty()) {
            return open(Path.of(nameOrPath), part, options);
        }
        Path folder = home.resolve(nameOrPath);
        if (!isPublished(folder, part)) {
            throw new DiffusionException(nameOrPath + ": the data are not on this machine, looked in " + folder
                    + "; say where they are (--data DIR, or DIFFUSION4J_DATA for the folder that holds " + nameOrPath
                    + "/), or allow the download (--download)");
        }
        return asAsked(read(folder, part, options, published.get()), options);
    }

    /**
     * Two digits of MNIST side by side, as many pictures as it has: of the pairs to train on, or of the others.
     *
     * @throws DiffusionException if MNIST is not on this machine
     */
    public static CaptionedImages twoDigits(DataSplit part) {
        return twoDigits(part, DataHome.folder());
    }

    private static CaptionedImages twoDigits(DataSplit part, Path home) {
        ImageDataset digits = open(PublishedDataset.MNIST.id(), part, ReadOptions.DEFAULT, home);
        return new TwoDigits(digits, digits.size(), 0, Set.of(part));
    }

    /** Whether a published data set lies in {@link DataHome}, so that it need not be downloaded. */
    public static boolean isPresent(PublishedDataset set) {
        Path folder = DataHome.folder().resolve(set.id());
        return Stream.of(DataSplit.values()).allMatch(part -> isPublished(folder, part));
    }

    private static boolean isPublished(Path folder, DataSplit part) {
        return Idx.isIn(folder, part) || Cifar.isIn(folder, part);
    }

    /** Whether data of one's own, in a folder or zip, have such a part that is set apart as one. */
    public static boolean has(Path path, DataSplit part) {
        return Files.exists(path)
                && (Idx.folder(path, part).isPresent()
                        || Cifar.folder(path, part).isPresent()
                        || ImageFiles.has(path, part));
    }

    /**
     * Opens the data set in a folder or a zip, or a single image file, and reads it into memory.
     *
     * @param options how image files are read
     * @throws DiffusionException if nothing is there
     * @throws FormatException if what is there cannot be read
     */
    public static ImageDataset open(Path path, DataSplit part, ReadOptions options) {
        if (!Files.exists(path)) {
            throw new DiffusionException(path + ": there is no such folder or zip, nor a data set of that name; "
                    + DidYouMean.among(path.toString(), names()));
        }
        return asAsked(read(path, part, options, null), options);
    }

    /** IDX files do not say what their classes are; Fashion-MNIST differs from MNIST in the folder's name only. */
    private static PublishedDataset guessed(Path idx) {
        boolean fashion =
                idx.toAbsolutePath().toString().toLowerCase(Locale.ROOT).contains("fashion");
        return fashion ? PublishedDataset.FASHION_MNIST : PublishedDataset.MNIST;
    }

    private static List<String> names() {
        return Stream.concat(
                        Stream.of(GLYPHS, TWO_DIGITS),
                        Stream.of(PublishedDataset.values()).map(PublishedDataset::id))
                .toList();
    }

    /** Refuses what can be asked of image files only, rather than passing over it. */
    private static ImageDataset asAsked(ImageDataset data, ReadOptions options) {
        require(
                options.size() == 0 || (data.height() == options.size() && data.width() == options.size()),
                "%s: its images are %s×%s; only image files are resized, not these",
                data.name(),
                data.width(),
                data.height());
        require(
                !options.grey() || data.channels() == 1,
                "%s: its images have %s channels; only image files are made grey, not these",
                data.name(),
                data.channels());
        return data;
    }

    private static ImageDataset read(Path path, DataSplit part, ReadOptions options, @Nullable PublishedDataset known) {
        if (Files.isRegularFile(path)) {
            return ImageFiles.readFile(path, part, options).orElseGet(() -> ImageFiles.readZip(path, part, options));
        }
        Optional<Path> idx = Idx.folder(path, part);
        if (idx.isPresent()) {
            return Idx.read(idx.get(), part, (known == null ? guessed(idx.get()) : known).labelNames());
        }
        Optional<Path> cifar = Cifar.folder(path, part);
        if (cifar.isPresent()) {
            return Cifar.read(cifar.get(), part);
        }
        if (part == DataSplit.TRAIN && CaptionedFolder.isOne(path)) {
            return CaptionedFolder.open(path, List.of(), options);
        }
        return ImageFiles.read(path, part, options)
                .orElseThrow(() -> new DiffusionException(path + ": there is no data set in it; looked for "
                        + Idx.fileName(part) + " (MNIST layout), " + Cifar.fileName(part)
                        + " (CIFAR-10 binary version), and " + Picture.FORMATS
                        + " files, in one folder for each class"));
    }
}
