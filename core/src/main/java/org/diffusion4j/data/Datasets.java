package org.diffusion4j.data;

/** Opens a data set by its name or where it lies, whatever its format. */
public final class Datasets {

    private Datasets() {}

    /**
     * Opens a data set.
     *
     * @param nameOrPath {@code glyphs}, {@code mnist}, {@code fashion-mnist}, {@code cifar10}, or a folder or zip
     */
    public static ImageDataset open(String nameOrPath, Part part, ReadOptions options) {
        throw new UnsupportedOperationException();
    }
}
