package org.diffusion4j.data;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** Images held in memory outside the Java heap, as unsigned bytes. */
public final class InMemoryImages implements ImageDataset {

    private final PixelStore pixels;
    private final int[] labels;
    private final List<String> labelNames;

    /** Takes a filled store; {@code labels} is empty exactly when {@code labelNames} is. */
    InMemoryImages(PixelStore pixels, int[] labels, List<String> labelNames) {
        this.pixels = pixels;
        this.labels = labels;
        this.labelNames = labelNames;
    }

    /**
     * Copies images given as unsigned bytes.
     *
     * @param images each {@code channels × height × width} bytes in the order {@code [channels, height, width]}
     * @throws IllegalArgumentException if there is no image or one has another length
     */
    public static InMemoryImages ofBytes(List<byte[]> images, int channels, int height, int width) {
        PixelStore pixels = storeFor(images, channels, height, width);
        for (byte[] image : images) {
            requireLength(pixels, image.length);
            pixels.add(image, 0);
        }
        return new InMemoryImages(pixels, new int[0], List.of());
    }

    /**
     * Copies images given as floats in [0, 1], rounded to the nearest of 256 levels.
     *
     * @param images each {@code channels × height × width} values in the order {@code [channels, height, width]}
     * @throws IllegalArgumentException if there is no image, one has another length, or a value lies outside [0, 1]
     */
    public static InMemoryImages ofFloats(List<float[]> images, int channels, int height, int width) {
        PixelStore pixels = storeFor(images, channels, height, width);
        for (float[] image : images) {
            requireLength(pixels, image.length);
            byte[] levels = new byte[image.length];
            for (int j = 0; j < image.length; j++) {
                require(
                        image[j] >= 0 && image[j] <= 1,
                        "image %s has the value %s, expected values in [0, 1]",
                        pixels.size(),
                        image[j]);
                levels[j] = (byte) Math.round(image[j] * 255);
            }
            pixels.add(levels, 0);
        }
        return new InMemoryImages(pixels, new int[0], List.of());
    }

    /**
     * Copies images, all of one size, as RGB or grey.
     *
     * @param grey one channel instead of three
     * @throws IllegalArgumentException if there is no image or their sizes differ
     */
    public static InMemoryImages ofImages(List<BufferedImage> images, boolean grey) {
        require(!images.isEmpty(), "a data set needs at least one image");
        int height = images.get(0).getHeight();
        int width = images.get(0).getWidth();
        PixelStore pixels = storeFor(images, grey ? 1 : 3, height, width);
        for (BufferedImage image : images) {
            require(
                    image.getHeight() == height && image.getWidth() == width,
                    "image %s is %s×%s, the first is %s×%s (width×height); all must have one size",
                    pixels.size(),
                    image.getWidth(),
                    image.getHeight(),
                    width,
                    height);
            PixelPlanes planes = PixelPlanes.of(image);
            pixels.add((grey ? planes.grey() : planes).bytes(), 0);
        }
        return new InMemoryImages(pixels, new int[0], List.of());
    }

    private static PixelStore storeFor(List<?> images, int channels, int height, int width) {
        require(!images.isEmpty(), "a data set needs at least one image");
        return new PixelStore("images in memory", channels, height, width);
    }

    private static void requireLength(PixelStore pixels, int length) {
        require(
                length == pixels.imageBytes(),
                "image %s has %s values, expected %s×%s×%s = %s",
                pixels.size(),
                length,
                pixels.channels(),
                pixels.height(),
                pixels.width(),
                pixels.imageBytes());
    }

    /**
     * The same images with labels.
     *
     * @param labels one for each image, an index into {@code labelNames}
     * @throws IllegalArgumentException if the counts differ or a label has no name
     */
    public InMemoryImages withLabels(int[] labels, List<String> labelNames) {
        require(labels.length == size(), "there are %s labels for %s images", labels.length, size());
        for (int i = 0; i < labels.length; i++) {
            require(
                    labels[i] >= 0 && labels[i] < labelNames.size(),
                    "label %s of image %s has no name; there are %s names",
                    labels[i],
                    i,
                    labelNames.size());
        }
        return new InMemoryImages(pixels, labels.clone(), List.copyOf(labelNames));
    }

    @Override
    public String name() {
        return pixels.name();
    }

    @Override
    public int size() {
        return pixels.size();
    }

    @Override
    public int channels() {
        return pixels.channels();
    }

    @Override
    public int height() {
        return pixels.height();
    }

    @Override
    public int width() {
        return pixels.width();
    }

    @Override
    public List<String> labelNames() {
        return labelNames;
    }

    @Override
    public int label(int i) {
        if (labels.length == 0) {
            throw new IllegalStateException(name() + " has no labels");
        }
        return labels[i];
    }

    @Override
    public void copy(int i, ByteBuffer target) {
        pixels.copy(Objects.checkIndex(i, size()), target);
    }
}
