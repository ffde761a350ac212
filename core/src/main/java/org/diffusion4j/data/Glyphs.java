package org.diffusion4j.data;

/** The built-in data set. */
public final class Glyphs {

    private Glyphs() {}

    /** The training part, 10,000 images, or the test part, 1,000. */
    public static ImageDataset open(Part part) {
        throw new UnsupportedOperationException();
    }

    /**
     * Draws {@code size} labelled digits, 28×28, white on black; the same pixels for a seed on every machine.
     */
    public static ImageDataset draw(int size, long seed) {
        throw new UnsupportedOperationException();
    }
}
