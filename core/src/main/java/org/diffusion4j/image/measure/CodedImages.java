package org.diffusion4j.image.measure;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.image.DiffusionModel;
import org.jspecify.annotations.Nullable;

/** Images as a model codes them, batch by batch, and what is said of the bits of all. */
final class CodedImages {

    private final DiffusionModel model;
    private final int count;
    private final int batchSize;
    private final long seed;
    private final Batches batches;

    /**
     * Images of a data set, drawn at random by the seed.
     *
     * @param model borrowed
     * @throws IllegalArgumentException if the data do not fit the model, or are fewer than asked for
     */
    CodedImages(DiffusionModel model, ImageDataset data, int count, int batchSize, long seed) {
        require(count <= data.size(), "%s has %s images, fewer than %s", data.name(), data.size(), count);
        int channels = model.network().config().inChannels();
        require(
                data.channels() == channels,
                "%s has images of %s channels, the model is one of %s",
                data.name(),
                data.channels(),
                channels);
        require(
                model.classes() == 0 || data.labelled(),
                "the model has classes, but the images of %s have no labels",
                data.name());
        this.model = model;
        this.count = count;
        this.batchSize = Math.min(batchSize, count);
        this.seed = seed;
        batches = new Batches(data, this.batchSize, seed, false);
    }

    /** Refuses, by {@link IllegalArgumentException}, numbers below 1. */
    static void requireSizes(int count, int batchSize) {
        require(count >= 1, "count must be at least 1, was %s", count);
        require(batchSize >= 1, "the batch size must be at least 1, was %s", batchSize);
    }

    /**
     * Some images.
     *
     * @param first the number of the first
     * @param x0 {@code [size, channels, height, width]} in [-1, 1] on the model's device, borrowed
     * @param labels int64 {@code [size]} where the model has classes, borrowed, else null
     * @param noise of these images
     */
    record Batch(int first, int size, Tensor x0, @Nullable Tensor labels, SeededNoise noise) {}

    /** What is done with a batch, in a scope of its own. */
    @FunctionalInterface
    interface Measurement {
        void of(Batch batch);
    }

    /** How many batches there are. */
    int batches() {
        return (count + batchSize - 1) / batchSize;
    }

    /** Measures one batch. */
    void measure(int index, Measurement measurement) {
        int first = index * batchSize;
        int size = Math.min(batchSize, count - first);
        try (PointerScope scope = new PointerScope();
                ImageBatch batch = batches.batch(index)) {
            Tensor x0 = model.compute()
                    .device()
                    .place(new PixelCodec().encode(batch.images().narrow(0, 0, size)));
            Tensor labels = batch.labels() == null || model.classes() == 0
                    ? null
                    : batch.labels().narrow(0, 0, size);
            measurement.of(new Batch(first, size, x0, labels, new SeededNoise(seed, first)));
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.ofBatch(e, batchSize);
        }
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** With divisor n − 1; 0 of one value. */
    static double variance(double[] values) {
        double mean = mean(values);
        return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / Math.max(1, values.length - 1);
    }

    /** Of the mean of one value for each image; null of one image. */
    static @Nullable Double standardError(double[] images) {
        return images.length == 1 ? null : Math.sqrt(variance(images) / images.length);
    }
}
