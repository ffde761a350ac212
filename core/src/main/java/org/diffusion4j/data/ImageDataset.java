package org.diffusion4j.data;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Images of one size, each with a class label or none of them.
 *
 * <p>Threads: everything may be called by many threads at once.
 */
public interface ImageDataset {

    /** What the images are and where they come from, for messages and provenance. */
    String name();

    /** The number of images. */
    int size();

    int channels();

    int height();

    int width();

    /** The names of the classes in the order of their indices; empty where the images have no labels. */
    List<String> labelNames();

    /**
     * The class of image {@code i}, an index into {@link #labelNames()}.
     *
     * @throws IllegalStateException if the images have no labels
     */
    int label(int i);

    /**
     * Copies image {@code i} as unsigned bytes {@code [channels, height, width]} to the target's position and moves that past it.
     *
     * @throws java.nio.BufferOverflowException if the target has less room than {@link #imageBytes()}
     */
    void copy(int i, ByteBuffer target);

    /** The bytes of one image: channels × height × width. */
    default int imageBytes() {
        return channels() * height() * width();
    }

    /** Whether the images have labels. */
    default boolean labelled() {
        return !labelNames().isEmpty();
    }

    /** SHA-256 over shape, pixels and labels, in hexadecimal: equal for equal data, wherever they came from. */
    default String fingerprint() {
        return Fingerprint.of(this);
    }
}
