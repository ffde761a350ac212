package org.diffusion4j.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;

/** Opens a data set by its name or by where it lies, whatever its format. */
public final class Datasets {

    /** The name of the built-in set. */
    public static final String GLYPHS = "glyphs";

    private Datasets() {}

    /**
     * Opens a data set and reads it into memory.
     *
     * @param nameOrPath {@code glyphs}; {@code mnist}, {@code fashion-mnist} or {@code cifar10}, which are looked for in
     *     {@link DataHome}; else a folder or a zip
     * @throws DiffusionException if nothing is there
     * @throws FormatException if what is there cannot be read
     */
    public static ImageDataset open(String nameOrPath, Part part, ReadOptions options) {
        return open(nameOrPath, part, options, DataHome.folder());
    }

    static ImageDataset open(String nameOrPath, Part part, ReadOptions options, Path home) {
        if (nameOrPath.equals(GLYPHS)) {
            return Glyphs.open(part);
        }
        Optional<Published> published = Published.named(nameOrPath);
        if (published.isEmpty()) {
            return open(Path.of(nameOrPath), part, options);
        }
        Path folder = home.resolve(nameOrPath);
        if (!Files.isDirectory(folder)) {
            throw new DiffusionException(nameOrPath + ": the data are not on this machine, looked in " + folder
                    + "; say where they are (--data DIR, or DIFFUSION4J_DATA for the folder that holds " + nameOrPath
                    + "/), or allow the download (--download)");
        }
        return read(folder, part, options, published.get());
    }

    /**
     * Opens the data set in a folder or a zip and reads it into memory.
     *
     * @throws DiffusionException if nothing is there
     * @throws FormatException if what is there cannot be read
     */
    public static ImageDataset open(Path path, Part part, ReadOptions options) {
        if (!Files.exists(path)) {
            throw new DiffusionException(path + ": there is no such folder or zip; known by name are " + GLYPHS + ", "
                    + String.join(", ", names()));
        }
        // IDX files do not say what the classes are; MNIST and Fashion-MNIST differ in the folder's name only
        boolean fashion = path.toAbsolutePath().normalize().endsWith(Published.FASHION_MNIST.id());
        return read(path, part, options, fashion ? Published.FASHION_MNIST : Published.MNIST);
    }

    private static List<String> names() {
        return java.util.Arrays.stream(Published.values()).map(Published::id).toList();
    }

    private static ImageDataset read(Path path, Part part, ReadOptions options, Published idxClasses) {
        if (Idx.images(path, part).isPresent()) {
            return Idx.read(path, part, idxClasses.labelNames());
        }
        throw new FormatException(path + ": no data set found");
    }
}
