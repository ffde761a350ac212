package org.diffusion4j.data;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.ObjIntConsumer;

/** Images held in memory outside the Java heap, as unsigned bytes. */
public final class InMemoryImages implements ImageDataset {

    private final String name;
    private final int size;
    private final int channels;
    private final int height;
    private final int width;
    private final PixelStore pixels;
    private final int[] labels;
    private final List<String> labelNames;

    /** Takes a filled store; {@code labels} is empty exactly when {@code labelNames} is. */
    InMemoryImages(
            String name,
            int size,
            int channels,
            int height,
            int width,
            PixelStore pixels,
            int[] labels,
            List<String> labelNames) {
        this.name = name;
        this.size = size;
        this.channels = channels;
        this.height = height;
        this.width = width;
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
        int bytes = checkedSize(images.size(), channels, height, width);
        return filled(images.size(), channels, height, width, (target, i) -> {
            byte[] image = images.get(i);
            require(image.length == bytes, "image %s has %s bytes, expected %s", i, image.length, bytes);
            target.put(image);
        });
    }

    /**
     * Copies images given as floats in [0, 1], rounded to the nearest of 256 levels.
     *
     * @param images each {@code channels × height × width} values in the order {@code [channels, height, width]}
     * @throws IllegalArgumentException if there is no image, one has another length, or a value lies outside [0, 1]
     */
    public static InMemoryImages ofFloats(List<float[]> images, int channels, int height, int width) {
        int values = checkedSize(images.size(), channels, height, width);
        return filled(images.size(), channels, height, width, (target, i) -> {
            float[] image = images.get(i);
            require(image.length == values, "image %s has %s values, expected %s", i, image.length, values);
            for (float value : image) {
                require(value >= 0 && value <= 1, "image %s has the value %s, expected values in [0, 1]", i, value);
                target.put((byte) Math.round(value * 255));
            }
        });
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
        int channels = grey ? 1 : 3;
        checkedSize(images.size(), channels, height, width);
        return filled(images.size(), channels, height, width, (target, i) -> {
            BufferedImage image = images.get(i);
            require(
                    image.getHeight() == height && image.getWidth() == width,
                    "image %s is %s×%s, the first is %s×%s (width×height); all must have one size",
                    i,
                    image.getWidth(),
                    image.getHeight(),
                    width,
                    height);
            target.put(PixelPlanes.of(image, grey).bytes());
        });
    }

    /**
     * The same images with labels.
     *
     * @param labels one for each image, an index into {@code labelNames}
     * @throws IllegalArgumentException if the counts differ or a label has no name
     */
    public InMemoryImages withLabels(int[] labels, List<String> labelNames) {
        require(labels.length == size, "there are %s labels for %s images", labels.length, size);
        for (int i = 0; i < size; i++) {
            require(
                    labels[i] >= 0 && labels[i] < labelNames.size(),
                    "label %s of image %s has no name; there are %s names",
                    labels[i],
                    i,
                    labelNames.size());
        }
        return new InMemoryImages(name, size, channels, height, width, pixels, labels.clone(), List.copyOf(labelNames));
    }

    private static int checkedSize(int size, int channels, int height, int width) {
        require(size > 0, "a data set needs at least one image");
        require(
                channels > 0 && height > 0 && width > 0,
                "channels, height and width must be positive, were %s, %s, %s",
                channels,
                height,
                width);
        return Math.multiplyExact(Math.multiplyExact(channels, height), width);
    }

    private static InMemoryImages filled(
            int size, int channels, int height, int width, ObjIntConsumer<ByteBuffer> fill) {
        String name = "images in memory";
        PixelStore pixels = new PixelStore(name, size, channels * height * width);
        for (int i = 0; i < size; i++) {
            fill.accept(pixels.image(i), i);
        }
        return new InMemoryImages(name, size, channels, height, width, pixels, new int[0], List.of());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public List<String> labelNames() {
        return labelNames;
    }

    @Override
    public int label(int i) {
        if (labels.length == 0) {
            throw new IllegalStateException(name + " has no labels");
        }
        return labels[i];
    }

    @Override
    public void copy(int i, ByteBuffer target) {
        pixels.copy(Objects.checkIndex(i, size), target);
    }

    @Override
    public String toString() {
        return name + ": " + size + " images " + channels + "×" + height + "×" + width;
    }
}
