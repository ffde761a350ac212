package org.diffusion4j.image;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.io.ImageGrid;

/**
 * How the samples of a draw stand together in one picture: where the classes come in turn, a row for each class, else as near to a
 * square as can be.
 */
public final class Sheet {

    private static final int PADDING = 2;

    private final int count;
    private final int rows;
    private final int columns;
    private final boolean byClass;

    private Sheet(int count, int rows, int columns, boolean byClass) {
        this.count = count;
        this.rows = rows;
        this.columns = columns;
        this.byClass = byClass;
    }

    /**
     * The sheet of a draw.
     *
     * @param classes how many the model knows, or 0
     */
    public static Sheet of(Draw draw, int classes) {
        int count = draw.count();
        if (classes > 0 && draw.labels().isEmpty() && count % classes == 0) {
            return new Sheet(count, classes, count / classes, true);
        }
        int columns = (int) Math.ceil(Math.sqrt(count));
        return new Sheet(count, (count + columns - 1) / columns, columns, false);
    }

    /** The picture of the samples, which come in the order of their indices. */
    public BufferedImage picture(List<BufferedImage> samples) {
        List<BufferedImage> inReadingOrder = samples;
        if (byClass) { // sample i is of class i modulo the number of classes
            inReadingOrder = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                inReadingOrder.add(samples.get(i % columns * rows + i / columns));
            }
        }
        return ImageGrid.of(inReadingOrder, columns, PADDING);
    }
}
