package org.diffusion4j.image.measure;

import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.evaluate.RandomRows;
import org.diffusion4j.evaluate.RealBaseline;
import org.jspecify.annotations.Nullable;

/**
 * The real images of a measurement.
 *
 * @param name of the data, for people
 * @param part which part of them the reference is
 * @param reference what drawn pictures are compared with
 * @param other the data set's other part, which gives the floor; null for none
 */
public record RealImages(
        String name,
        DataSplit part,
        ImageDataset reference,
        @Nullable ImageDataset other) {

    /** The images that a model has learned from, as far as they are there. */
    public ImageDataset training() {
        return part == DataSplit.TEST && other != null ? other : reference;
    }

    /**
     * Classes to draw as often as they are learned: those of the training images in a random order, as the subsets of {@link RealBaseline} have them.
     * With equal numbers of each class instead, samples would lie as far from the data as the data's classes differ in number.
     *
     * @param classes how many a model has
     * @return empty, for every class in turn, where the images have another number of them
     */
    public List<Integer> labels(int classes, long seed) {
        ImageDataset training = training();
        if (classes == 0 || training.labelNames().size() != classes) {
            return List.of();
        }
        return IntStream.of(RandomRows.of(training.size(), training.size(), seed))
                .mapToObj(training::label)
                .toList();
    }
}
