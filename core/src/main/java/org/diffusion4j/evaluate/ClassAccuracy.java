package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.Tensors;

/**
 * How often a classifier sees in a picture the class that it was drawn for, or has. Parts that were gathered apart can be merged. Not
 * thread-safe.
 */
public final class ClassAccuracy {

    private static final int BATCH = 250;

    private final long[] right;
    private final long[] seen;

    /** Of no pictures yet. */
    public ClassAccuracy(int classes) {
        require(classes >= 2, "accuracy needs at least 2 classes, was %s", classes);
        right = new long[classes];
        seen = new long[classes];
    }

    /**
     * Takes pictures in.
     *
     * @param logits {@code [batch, classes]}, borrowed
     * @param labels the class of each
     */
    public void add(Tensor logits, int[] labels) {
        require(
                logits.size(0) == labels.length && logits.size(1) == right.length,
                "%s labels of %s classes do not fit logits of shape %s",
                labels.length,
                right.length,
                Arrays.toString(logits.sizes().vec().get()));
        try (PointerScope scope = new PointerScope()) {
            double[] named =
                    Tensors.toArray(logits.argmax(new LongOptional(1), false).to(ScalarType.Double));
            for (int i = 0; i < labels.length; i++) {
                seen[labels[i]]++;
                right[labels[i]] += named[i] == labels[i] ? 1 : 0;
            }
        }
    }

    /** Takes in all that another has gathered. */
    public void merge(ClassAccuracy other) {
        Arrays.setAll(right, i -> right[i] + other.right[i]);
        Arrays.setAll(seen, i -> seen[i] + other.seen[i]);
    }

    /** That of a network in pictures that have the classes it knows. */
    public static ClassAccuracy of(FeatureNetwork network, Pictures pictures, FeatureCache.Listener listener) {
        ClassAccuracy accuracy = new ClassAccuracy(network.classes());
        for (int first = 0; first < pictures.count(); first += BATCH) {
            Cancellation.checkpoint();
            int size = Math.min(BATCH, pictures.count() - first);
            try (PointerScope scope = new PointerScope()) {
                Tensor logits = network.of(pictures.pixels(first, size)).logits();
                accuracy.add(
                        logits,
                        IntStream.range(first, first + size)
                                .map(pictures::label)
                                .toArray());
            }
            listener.at(first + size, pictures.count());
        }
        return accuracy;
    }

    /** The share that was seen right, in [0, 1]; NaN of none. */
    public double total() {
        return (double) Arrays.stream(right).sum() / Arrays.stream(seen).sum();
    }

    /** The same for each class; NaN for a class that never came. */
    public double[] perClass() {
        return IntStream.range(0, right.length)
                .mapToDouble(i -> (double) right[i] / seen[i])
                .toArray();
    }
}
