package org.diffusion4j.io;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Many small pictures as one, in rows from left to right, on black. */
public final class ImageGrid {

    private ImageGrid() {}

    /**
     * The grid of the images.
     *
     * @param images at least one, all of one size and type, gray or RGB
     * @param columns images in a row; the last row may have fewer
     * @param padding pixels between two images and around all
     * @return an image of the same type
     */
    public static BufferedImage of(List<BufferedImage> images, int columns, int padding) {
        require(!images.isEmpty(), "a grid needs at least one image");
        require(columns >= 1, "a grid needs at least 1 column, was %s", columns);
        require(padding >= 0, "the padding must be at least 0, was %s", padding);
        BufferedImage first = images.get(0);
        int width = first.getWidth() + padding;
        int height = first.getHeight() + padding;
        int across = Math.min(columns, images.size());
        int down = (images.size() + columns - 1) / columns;
        BufferedImage grid = new BufferedImage(across * width + padding, down * height + padding, first.getType());
        for (int i = 0; i < images.size(); i++) {
            BufferedImage image = images.get(i);
            require(
                    image.getWidth() == first.getWidth()
                            && image.getHeight() == first.getHeight()
                            && image.getType() == first.getType(),
                    "the images of a grid must be of one size and type, image %s differs from image 0",
                    i);
            grid.getRaster().setRect(padding + i % columns * width, padding + i / columns * height, image.getRaster());
        }
        return grid;
    }

    /**
     * The grid of images in rows, below each row the others that belong to them.
     *
     * @param images at least one, all of one size and type, gray or RGB
     * @param others as many, of the same size and type
     * @param columns images in a row; where the last has fewer, its end stays black
     * @param padding pixels between two images and around all
     * @return an image of the same type
     */
    public static BufferedImage inPairs(
            List<BufferedImage> images, List<BufferedImage> others, int columns, int padding) {
        require(
                others.size() == images.size(),
                "as many images are needed below as above: %s, was %s",
                images.size(),
                others.size());
        require(!images.isEmpty(), "a grid needs at least one image");
        BufferedImage first = images.get(0);
        BufferedImage none = new BufferedImage(first.getWidth(), first.getHeight(), first.getType());
        int across = Math.min(columns, images.size());
        List<BufferedImage> rows = new ArrayList<>();
        for (int from = 0; from < images.size(); from += across) {
            int to = Math.min(from + across, images.size());
            List<BufferedImage> end = Collections.nCopies(from + across - to, none);
            rows.addAll(images.subList(from, to));
            rows.addAll(end);
            rows.addAll(others.subList(from, to));
            rows.addAll(end);
        }
        return of(rows, across, padding);
    }
}
