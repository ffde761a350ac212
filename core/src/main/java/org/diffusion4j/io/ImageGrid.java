package org.diffusion4j.io;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
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
}
