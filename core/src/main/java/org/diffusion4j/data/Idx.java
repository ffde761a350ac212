package org.diffusion4j.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.diffusion4j.engine.FormatException;

/**
 * The IDX files of MNIST and the sets made like it (LeCun, Cortes, Burges: a magic number that tells type and dimensions, sizes as
 * big-endian integers, then the bytes), plain or gzip.
 */
final class Idx {

    private static final int IMAGES_MAGIC = 0x00000803;
    private static final int LABELS_MAGIC = 0x00000801;

    private static final List<String> TORCHVISION = List.of("raw", "MNIST/raw", "FashionMNIST/raw");

    private Idx() {}

    /** Whether images and labels of a part lie in {@code folder}, or where torchvision puts them in it. */
    static boolean isIn(Path folder, Part part) {
        return folder(folder, part)
                .filter(found -> labels(found, part).isPresent())
                .isPresent();
    }

    /**
     * Where the images of a part lie, {@code folder} or where torchvision puts them in it, if they do.
     *
     * @throws FormatException if several data sets lie there
     */
    static Optional<Path> folder(Path folder, Part part) {
        if (images(folder, part).isPresent()) {
            return Optional.of(folder);
        }
        List<Path> found = TORCHVISION.stream()
                .map(folder::resolve)
                .filter(below -> images(below, part).isPresent())
                .toList();
        if (found.size() > 1) {
            throw new FormatException(folder + ": holds several data sets; take one of "
                    + found.stream().map(Path::toString).collect(Collectors.joining(", ")));
        }
        return found.stream().findFirst();
    }

    private static Optional<Path> labels(Path folder, Part part) {
        return find(folder, part, "labels", 1);
    }

    /** The file of images of a part, if {@code folder} is laid out as MNIST is. */
    private static Optional<Path> images(Path folder, Part part) {
        return find(folder, part, "images", 3);
    }

    /** The name under which the images of a part are looked for first. */
    static String fileName(Part part) {
        return stem(part) + "images-idx3-ubyte[.gz]";
    }

    private static String stem(Part part) {
        return part == Part.TRAIN ? "train-" : "t10k-";
    }

    private static Optional<Path> find(Path folder, Part part, String what, int dimensions) {
        for (String name : List.of("-idx" + dimensions + "-ubyte", ".idx" + dimensions + "-ubyte")) {
            for (String suffix : List.of("", ".gz")) {
                Path file = folder.resolve(stem(part) + what + name + suffix);
                if (Files.isRegularFile(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    /** Reads a part from where {@link #folder} found it. */
    static InMemoryImages read(Path folder, Part part, List<String> labelNames) {
        Path imagesFile = images(folder, part).orElseThrow();
        Path labelsFile = labels(folder, part)
                .orElseThrow(() -> new FormatException(imagesFile + ": there is no file of labels beside it"));
        InMemoryImages images = readImages(imagesFile);
        int[] labels = readLabels(labelsFile, labelNames.size());
        if (labels.length != images.size()) {
            throw new FormatException(labelsFile + ": has " + labels.length + " labels for the " + images.size()
                    + " images of " + imagesFile.getFileName());
        }
        return images.withLabels(labels, labelNames);
    }

    private static InMemoryImages readImages(Path path) {
        try (CheckedFile file = CheckedFile.open(path)) {
            requireMagic(file, IMAGES_MAGIC, "images");
            int size = positive(file, "number of images");
            int height = positive(file, "height");
            int width = positive(file, "width");
            String what = size + " images of " + height + "×" + width;
            long bytes = (long) height * width;
            file.requireRoomFor(bytes > Integer.MAX_VALUE ? Long.MAX_VALUE : bytes * size, what);
            PixelStore pixels = new PixelStore(path.toString(), 1, height, width);
            byte[] image = new byte[pixels.imageBytes()];
            for (int i = 0; i < size; i++) {
                file.read(image, "image " + (i + 1) + " of " + size);
                pixels.add(image, 0);
            }
            file.requireEnd("its " + what);
            return new InMemoryImages(pixels, new int[0], List.of());
        }
    }

    private static int[] readLabels(Path path, int classes) {
        try (CheckedFile file = CheckedFile.open(path)) {
            requireMagic(file, LABELS_MAGIC, "labels");
            int size = positive(file, "number of labels");
            file.requireRoomFor(size, size + " labels");
            byte[] bytes = new byte[size];
            file.read(bytes, "the last of its " + size + " labels");
            file.requireEnd("its " + size + " labels");
            int[] labels = new int[size];
            for (int i = 0; i < size; i++) {
                labels[i] = bytes[i] & 0xff;
                if (labels[i] >= classes) {
                    throw file.fault("label " + i + " is " + labels[i] + ", expected 0 to " + (classes - 1));
                }
            }
            return labels;
        }
    }

    private static void requireMagic(CheckedFile file, int expected, String what) {
        int magic = file.readInt("its magic number");
        if (magic != expected) {
            throw file.fault(String.format(
                    "is not an IDX file of %s: it begins with 0x%08x, expected 0x%08x", what, magic, expected));
        }
    }

    private static int positive(CheckedFile file, String what) {
        int value = file.readInt("its " + what);
        if (value <= 0) {
            throw file.fault("its " + what + " is " + value + ", expected a positive number");
        }
        return value;
    }
}
