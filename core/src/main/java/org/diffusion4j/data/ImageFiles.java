package org.diffusion4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;

/**
 * A folder or zip of {@linkplain Picture images}, in the order of their paths.
 *
 * <p>Images in subfolders are labelled by the first of them; images at the top have no labels; a mixture is refused. Where all lie
 * below {@code train} and {@code test}, these are the parts, else everything is for training. One folder around everything is passed over.
 */
public final class ImageFiles {

    private static final Set<String> PARTS = Set.of("train", "test");
    private static final int MOST_NAMED = 5;

    private ImageFiles() {}

    /** Reads a part of a folder, if there is any image below it. */
    public static Optional<InMemoryImages> read(Path folder, DataSplit part, ReadOptions options) {
        List<ImageFile> files = ImageFile.inFolder(folder);
        List<ImageFile> images = images(files);
        if (images.isEmpty()) {
            return Optional.empty();
        }
        tellOthers(folder, files, part, options);
        return Optional.of(read(folder, images, part, options));
    }

    /** Whether a folder or zip has images in a folder of that part's name. */
    public static boolean has(Path path, DataSplit part) {
        List<ImageFile> images;
        if (Files.isDirectory(path)) {
            images = images(ImageFile.inFolder(path));
        } else {
            try (ZipFile zip = new ZipFile(path.toFile())) {
                images = images(ImageFile.inZip(zip));
            } catch (IOException e) {
                return false; // what is there, its reader says
            }
        }
        return !images.isEmpty()
                && areParted(unwrapped(images))
                && unwrapped(images).stream().anyMatch(file -> file.top().equals(folder(part)));
    }

    private static boolean areParted(List<ImageFile> files) {
        return files.stream().allMatch(file -> PARTS.contains(file.top()));
    }

    private static String folder(DataSplit part) {
        return part == DataSplit.TRAIN ? "train" : "test";
    }

    /** Reads a file, if it is named as an image is. */
    public static Optional<InMemoryImages> readFile(Path path, DataSplit part, ReadOptions options) {
        return ImageFile.at(path).map(file -> read(path, List.of(file), part, options));
    }

    /** Reads a part of a zip. */
    public static InMemoryImages readZip(Path path, DataSplit part, ReadOptions options) {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            List<ImageFile> files = ImageFile.inZip(zip);
            List<ImageFile> images = images(files);
            if (images.isEmpty()) {
                throw new FormatException(path + ": there is no " + Picture.FORMATS + " file in it");
            }
            tellOthers(path, files, part, options);
            return read(path, images, part, options);
        } catch (ZipException e) {
            throw new FormatException(path + ": is not a zip, or a damaged one (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw FileTrouble.reading(path, e);
        }
    }

    private static List<ImageFile> images(List<ImageFile> files) {
        return files.stream().filter(ImageFile::isImage).toList();
    }

    /** Names what is passed over, once: with the training part, to which everything belongs that is in no part. */
    private static void tellOthers(Path path, List<ImageFile> files, DataSplit part, ReadOptions options) {
        List<String> others = files.stream()
                .filter(file -> !file.isImage())
                .map(ImageFile::name)
                .toList();
        if (!others.isEmpty() && part == DataSplit.TRAIN) {
            int more = others.size() - MOST_NAMED;
            options.onNote()
                    .accept(path + ": passed over " + others.size() + (others.size() == 1 ? " file" : " files")
                            + " not named as " + Picture.FORMATS + ": "
                            + String.join(", ", others.subList(0, Math.min(MOST_NAMED, others.size())))
                            + (more > 0 ? " and " + more + " more" : ""));
        }
    }

    private static InMemoryImages read(Path path, List<ImageFile> all, DataSplit part, ReadOptions options) {
        List<ImageFile> files = ofPart(path, part, unwrapped(all));
        List<String> classes = classes(path, files);
        List<ImageFile> kept = new ArrayList<>();
        PixelStore pixels = decoded(path, files, options, kept);
        int[] labels = classes.isEmpty()
                ? new int[0]
                : kept.stream().mapToInt(file -> classes.indexOf(file.top())).toArray();
        return new InMemoryImages(pixels, labels, classes);
    }

    /**
     * Images that are known by name.
     *
     * @param images in the order of {@code names}
     * @param names a path below the folder for each image
     */
    public record Named(InMemoryImages images, List<String> names) {}

    /**
     * Reads images of given names from a folder, or from the zips that lie in it.
     *
     * @param names paths below the folder or in a zip, with slashes, in the order in which the images shall come
     * @param source of the names, for messages
     * @return without those that are damaged, where the options skip them
     * @throws FormatException if one of them is not there, or none can be read
     */
    public static Named readNamed(Path folder, List<String> names, String source, ReadOptions options) {
        List<ZipFile> zips = new ArrayList<>();
        try {
            Map<String, ImageFile> there = new LinkedHashMap<>();
            for (ImageFile file : ImageFile.inFolder(folder)) {
                if (file.isImage()) {
                    there.putIfAbsent(file.name(), file);
                } else if (file.name().endsWith(".zip")) {
                    ZipFile zip = new ZipFile(folder.resolve(file.name()).toFile());
                    zips.add(zip);
                    images(ImageFile.inZip(zip)).forEach(entry -> there.putIfAbsent(entry.name(), entry));
                }
            }
            List<ImageFile> chosen = names.stream()
                    .map(name -> {
                        ImageFile file = there.remove(name);
                        if (file == null) {
                            throw new FormatException(source + ": names '" + name
                                    + "', which is no image in the folder nor in a zip there, or is named twice");
                        }
                        return file;
                    })
                    .toList();
            tell(folder, there.size(), chosen.size() + there.size(), "have no caption and are passed over", options);
            List<ImageFile> kept = new ArrayList<>();
            PixelStore pixels = decoded(folder, chosen, options, kept);
            return new Named(
                    new InMemoryImages(pixels, new int[0], List.of()),
                    kept.stream().map(ImageFile::name).toList());
        } catch (ZipException e) {
            throw new FormatException(
                    folder + ": has a zip that is none, or a damaged one (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw FileTrouble.reading(folder, e);
        } finally {
            zips.forEach(ImageFiles::close);
        }
    }

    private static void close(ZipFile zip) {
        try {
            zip.close();
        } catch (IOException e) { // it was only read
            throw new UncheckedIOException(e);
        }
    }

    /** The pixels of files, without those that are damaged, and which files these are. */
    private static PixelStore decoded(Path path, List<ImageFile> files, ReadOptions options, List<ImageFile> kept) {
        PixelStore pixels = null;
        int uncoloured = 0;
        int resized = 0;
        for (ImageFile file : files) {
            PixelPlanes image;
            try {
                image = decode(path, file);
            } catch (FormatException bad) {
                options.onBadFile().accept(bad);
                continue;
            }
            if (options.grey()) {
                uncoloured += image.isGrey() ? 0 : 1;
                image = image.grey();
            }
            if (options.size() != 0) {
                resized += image.height() == options.size() && image.width() == options.size() ? 0 : 1;
                image = Resize.toSquare(image, options.size());
            }
            if (pixels == null) {
                pixels = new PixelStore(path.toString(), image.channels(), image.height(), image.width());
            }
            requireSameSize(path, file, image, pixels);
            kept.add(file);
            pixels.add(image.bytes(), 0);
        }
        if (pixels == null) {
            throw new FormatException(path + ": none of its " + files.size() + " image files can be read");
        }
        tell(path, uncoloured, pixels.size(), "lost their colour", options);
        tell(
                path,
                resized,
                pixels.size(),
                "were cropped to a square and resized to " + options.size() + "×" + options.size(),
                options);
        return pixels;
    }

    /** Passes over a folder that everything lies in, as zips often have it; a class folder or a part stays. */
    private static List<ImageFile> unwrapped(List<ImageFile> files) {
        String top = files.get(0).top();
        boolean wrapper = !top.isEmpty()
                && !PARTS.contains(top)
                && files.stream()
                        .allMatch(file ->
                                file.top().equals(top) && !file.below().top().isEmpty());
        return wrapper ? unwrapped(files.stream().map(ImageFile::below).toList()) : files;
    }

    private static List<ImageFile> ofPart(Path path, DataSplit part, List<ImageFile> files) {
        String folder = folder(part);
        List<ImageFile> chosen = !areParted(files)
                ? (part == DataSplit.TRAIN ? files : List.of())
                : files.stream()
                        .filter(file -> file.top().equals(folder))
                        .map(ImageFile::below)
                        .toList();
        if (chosen.isEmpty()) {
            throw new FormatException(
                    path + ": has no images in a folder '" + folder + "'; hold some out of the others instead");
        }
        return chosen;
    }

    /** The class folders by name, or none where all files lie at the top. */
    private static List<String> classes(Path path, List<ImageFile> files) {
        Set<String> tops = new TreeSet<>();
        files.forEach(file -> tops.add(file.top()));
        if (tops.contains("") && tops.size() > 1) {
            throw new FormatException(path + ": some images lie in class folders and others beside them, such as "
                    + files.stream()
                            .filter(file -> file.top().isEmpty())
                            .findFirst()
                            .orElseThrow()
                            .name());
        }
        return tops.contains("") ? List.of() : List.copyOf(tops);
    }

    private static void tell(Path path, int some, int all, String what, ReadOptions options) {
        if (some > 0) {
            options.onNote().accept(path + ": " + some + " of " + all + " images " + what);
        }
    }

    private static PixelPlanes decode(Path path, ImageFile file) {
        try (InputStream in = file.opener().open()) {
            return Picture.decode(in);
        } catch (IOException e) {
            throw new FormatException(path + ": the image " + file.name() + " cannot be read: " + e.getMessage(), e);
        } catch (OutOfMemoryError e) { // one large array, so the rest of the heap is as it was
            throw new FormatException(
                    path + ": the image " + file.name() + " is too large for the memory of Java; make it smaller", e);
        }
    }

    private static void requireSameSize(Path path, ImageFile file, PixelPlanes image, PixelStore first) {
        if (image.width() != first.width() || image.height() != first.height()) {
            throw new FormatException(
                    path + ": the image " + file.name() + " is " + image.width() + "×" + image.height()
                            + ", the first is " + first.width() + "×" + first.height()
                            + " (width×height); state a size to which all are cropped and resized, such as --size "
                            + Math.min(first.width(), first.height()));
        }
    }
}
