package org.diffusion4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;

/**
 * A folder or zip of PNG, JPEG, BMP and GIF files, in the order of their paths.
 *
 * <p>Images in subfolders are labelled by the first of them; images at the top have no labels; a mixture is refused. Where all lie
 * below {@code train} and {@code test}, these are the parts, else everything is for training. One folder around everything is passed over.
 */
public final class ImageFiles {

    private static final Set<String> PARTS = Set.of("train", "test");

    private ImageFiles() {}

    /** Reads a part of a folder, if there is any image below it. */
    public static Optional<InMemoryImages> read(Path folder, DataSplit part, ReadOptions options) {
        List<ImageFile> files = ImageFile.inFolder(folder);
        return files.isEmpty() ? Optional.empty() : Optional.of(read(folder, files, part, options));
    }

    /** Reads a file, if it is named as an image is. */
    public static Optional<InMemoryImages> readFile(Path path, DataSplit part, ReadOptions options) {
        return ImageFile.at(path).map(file -> read(path, List.of(file), part, options));
    }

    /** Reads a part of a zip. */
    public static InMemoryImages readZip(Path path, DataSplit part, ReadOptions options) {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            List<ImageFile> files = ImageFile.inZip(zip);
            if (files.isEmpty()) {
                throw new FormatException(path + ": there is no PNG, JPEG, BMP or GIF file in it");
            }
            return read(path, files, part, options);
        } catch (ZipException e) {
            throw new FormatException(path + ": is not a zip, or a damaged one (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw FileTrouble.reading(path, e);
        }
    }

    private static InMemoryImages read(Path path, List<ImageFile> all, DataSplit part, ReadOptions options) {
        List<ImageFile> files = ofPart(path, part, unwrapped(all));
        List<String> classes = classes(path, files);
        int[] labels = new int[files.size()];
        PixelStore pixels = null;
        for (ImageFile file : files) {
            PixelPlanes image;
            try {
                image = decode(path, file, options);
            } catch (FormatException bad) {
                options.onBadFile().accept(bad);
                continue;
            }
            if (pixels == null) {
                pixels = new PixelStore(path.toString(), image.channels(), image.height(), image.width());
            }
            requireSameSize(path, file, image, pixels);
            labels[pixels.size()] = classes.indexOf(file.top());
            pixels.add(image.bytes(), 0);
        }
        if (pixels == null) {
            throw new FormatException(path + ": none of its " + files.size() + " image files can be read");
        }
        int[] kept = classes.isEmpty() ? new int[0] : Arrays.copyOf(labels, pixels.size());
        return new InMemoryImages(pixels, kept, classes);
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
        boolean parted = files.stream().allMatch(file -> PARTS.contains(file.top()));
        String folder = part == DataSplit.TRAIN ? "train" : "test";
        List<ImageFile> chosen = !parted
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

    private static PixelPlanes decode(Path path, ImageFile file, ReadOptions options) {
        try (InputStream in = file.opener().open()) {
            PixelPlanes image = PixelPlanes.of(Picture.decode(in), options.grey());
            return options.size() == 0 ? image : Resize.toSquare(image, options.size());
        } catch (IOException e) {
            throw new FormatException(path + ": the image " + file.name() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireSameSize(Path path, ImageFile file, PixelPlanes image, PixelStore first) {
        if (image.width() != first.width() || image.height() != first.height()) {
            throw new FormatException(
                    path + ": the image " + file.name() + " is " + image.width() + "×" + image.height()
                            + ", the first is " + first.width() + "×" + first.height()
                            + " (width×height); state a size to which all are cropped and resized");
        }
    }
}
