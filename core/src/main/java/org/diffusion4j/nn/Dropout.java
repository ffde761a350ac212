package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.SeededMask;
import org.jspecify.annotations.Nullable;

/** Drops values at random while there is a seed; one object for a whole network, which has a layer at each place that drops. */
public final class Dropout {

    private static final ThreadLocal<@Nullable Part> PART = new ThreadLocal<>();

    private final double probability;
    private int layers;
    private volatile @Nullable Long seed;

    public Dropout(double probability) {
        this.probability = probability;
    }

    /** The next place; the order in which a network is built numbers them. */
    public Layer layer() {
        return new Layer(layers++);
    }

    /** From now on the masks are those of the seed; null for none. */
    public void seed(@Nullable Long seed) {
        this.seed = seed;
    }

    /**
     * Tells this thread, until it is closed, that its batch is a part of a larger one: each sample has the mask that it has in the
     * whole.
     *
     * @param first the number of its first sample in the whole batch
     * @param count how many samples it has
     */
    public static Part part(int first, int count) {
        Part part = new Part(first, count, PART.get());
        PART.set(part);
        return part;
    }

    /** A part of a batch, from {@link #part}. */
    public static final class Part implements AutoCloseable {

        private final int first;
        private final int count;
        private final @Nullable Part outer;

        private Part(int first, int count, @Nullable Part outer) {
            this.first = first;
            this.count = count;
            this.outer = outer;
        }

        /** The place of the first of so many rows, of which a sample may have several. */
        private static int firstRow(long rows) {
            Part part = PART.get();
            return part == null ? 0 : Math.toIntExact(part.first * (rows / part.count));
        }

        @Override
        public void close() {
            if (outer == null) {
                PART.remove();
            } else {
                PART.set(outer);
            }
        }
    }

    /** One place, with masks of its own. */
    public final class Layer {

        private final int number;

        private Layer(int number) {
            this.number = number;
        }

        /** x with values dropped; x itself where nothing is dropped. */
        public Tensor apply(Tensor x) {
            Long present = seed;
            return present == null || probability == 0
                    ? x
                    : x.mul(SeededMask.like(x, probability, present, number, Part.firstRow(x.size(0))));
        }
    }
}
