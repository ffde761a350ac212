package org.diffusion4j.data;

import static org.diffusion4j.engine.Require.require;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** Some images of a data set, in an order of their own; a view, nothing is copied. */
public final class Subset implements ImageDataset {

    private final ImageDataset whole;
    private final int[] indices;

    /**
     * The images at {@code indices} of {@code whole}.
     *
     * @throws IllegalArgumentException if there is no index or one is out of range
     */
    public Subset(ImageDataset whole, int... indices) {
        require(indices.length > 0, "a subset of %s needs at least one image", whole.name());
        for (int i : indices) {
            require(i >= 0 && i < whole.size(), "there is no image %s in %s; it has %s", i, whole.name(), whole.size());
        }
        this.whole = whole;
        this.indices = indices.clone();
    }

    /** A training part and a part held out from it. */
    public record Split(Subset training, Subset heldOut) {}

    /**
     * Holds out the last {@code n} images.
     *
     * @throws IllegalArgumentException if a part would be empty
     */
    public static Split holdOutLast(ImageDataset whole, int n) {
        return split(whole, n, IntStream.range(0, whole.size()).toArray());
    }

    /**
     * Holds out {@code n} images drawn by {@code seed}.
     *
     * @throws IllegalArgumentException if a part would be empty
     */
    public static Split holdOutRandom(ImageDataset whole, int n, long seed) {
        return split(whole, n, new SplitMix(seed).permutation(whole.size()));
    }

    private static Split split(ImageDataset whole, int n, int[] order) {
        int kept = order.length - n;
        require(n > 0 && kept > 0, "cannot hold out %s of the %s images of %s", n, order.length, whole.name());
        return new Split(
                new Subset(whole, IntStream.of(order).limit(kept).sorted().toArray()),
                new Subset(whole, IntStream.of(order).skip(kept).sorted().toArray()));
    }

    @Override
    public String name() {
        return whole.name();
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public int channels() {
        return whole.channels();
    }

    @Override
    public int height() {
        return whole.height();
    }

    @Override
    public int width() {
        return whole.width();
    }

    @Override
    public List<String> labelNames() {
        return whole.labelNames();
    }

    @Override
    public int label(int i) {
        return whole.label(indices[i]);
    }

    @Override
    public void copy(int i, ByteBuffer target) {
        whole.copy(indices[i], target);
    }

    /** Which image of the whole image {@code i} is. */
    public int indexInWhole(int i) {
        return indices[i];
    }
}
