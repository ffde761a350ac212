package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.SeededMask;
import org.jspecify.annotations.Nullable;

/** Drops values at random while there is a seed; one object for a whole network, which has a layer at each place that drops. */
public final class Dropout {

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

    /** One place, with masks of its own. */
    public final class Layer {

        private final int number;

        private Layer(int number) {
            this.number = number;
        }

        /** x with values dropped; x itself where nothing is dropped. */
        public Tensor apply(Tensor x) {
            Long present = seed;
            return present == null || probability == 0 ? x : x.mul(SeededMask.like(x, probability, present, number));
        }
    }
}
