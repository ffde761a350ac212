package org.diffusion4j.image;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;

/** Which pixels of a picture are kept, and which are drawn anew. Immutable. */
public final class Mask {

    /** A part of a picture that can be drawn anew. */
    public enum Region {
        LEFT("left", 0, 0, 1, 0.5),
        RIGHT("right", 0, 0.5, 1, 1),
        TOP("top", 0, 0, 0.5, 1),
        BOTTOM("bottom", 0.5, 0, 1, 1),
        CENTRE("centre", 0.25, 0.25, 0.75, 0.75);

        private final String text;
        private final double top;
        private final double left;
        private final double bottom;
        private final double right;

        Region(String text, double top, double left, double bottom, double right) {
            this.text = text;
            this.top = top;
            this.left = left;
            this.bottom = bottom;
            this.right = right;
        }

        private boolean has(double y, double x) {
            return top <= y && y < bottom && left <= x && x < right;
        }

        /**
         * The part of that name.
         *
         * @throws IllegalArgumentException if there is none
         */
        public static Region named(String name) {
            return DidYouMean.choose("mask", name, List.of(values()));
        }

        /** The name, as {@link #named} takes it. */
        @Override
        public String toString() {
            return text;
        }
    }

    private static final int WHITE = 128; // and brighter

    private final int height;
    private final int width;
    private final byte[] kept;

    private Mask(int height, int width, byte[] kept) {
        this.height = height;
        this.width = width;
        this.kept = kept;
    }

    /** All but this part is kept. */
    public static Mask without(Region part, int height, int width) {
        byte[] kept = new byte[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean drawn = part.has((y + 0.5) / height, (x + 0.5) / width);
                kept[y * width + x] = (byte) (drawn ? 0 : 1);
            }
        }
        return new Mask(height, width, kept);
    }

    /** What is black in the first of these pictures is kept, what is white is drawn anew. */
    public static Mask of(ImageDataset picture) {
        ByteBuffer pixels = ByteBuffer.allocate(picture.imageBytes());
        picture.copy(0, pixels);
        byte[] kept = new byte[picture.height() * picture.width()];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = (byte) (Byte.toUnsignedInt(pixels.get(i)) < WHITE ? 1 : 0);
        }
        return new Mask(picture.height(), picture.width(), kept);
    }

    void requireFits(ImageDataset images) {
        require(
                images.height() == height && images.width() == width,
                "the mask is %s×%s, the pictures of %s are %s×%s",
                height,
                width,
                images.name(),
                images.height(),
                images.width());
    }

    /** 1 where kept, 0 where drawn anew: uint8 {@code [1, 1, height, width]}, made in the caller's scope. */
    Tensor kept() {
        return Scoped.result(() -> Tensors.of(kept, 1, 1, height, width));
    }

    /** What is kept of a picture, on mid-grey. */
    public BufferedImage over(BufferedImage picture) {
        BufferedImage masked = new BufferedImage(picture.getWidth(), picture.getHeight(), picture.getType());
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int band = 0; band < masked.getRaster().getNumBands(); band++) {
                    int pixel = picture.getRaster().getSample(x, y, band);
                    masked.getRaster().setSample(x, y, band, kept[y * width + x] == 1 ? pixel : WHITE);
                }
            }
        }
        return masked;
    }
}
