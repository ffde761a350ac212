package org.diffusion4j.evaluate;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.vision.Features;

/** What pictures are compared by. Threads: may be shared. */
public interface FeatureNetwork extends AutoCloseable {

    /** Which network and which weights, for results cards: figures of two names are not to be compared. */
    String name();

    /** The length of a feature vector. */
    int dims();

    /** How many classes the logits have. */
    int classes();

    /** The length of a vector of {@link Features#spatial}; 0 where it gives none. */
    default int spatialDims() {
        return 0;
    }

    /**
     * What it sees.
     *
     * @param pixels uint8 {@code [batch, channels, height, width]}, borrowed
     * @return float32, made in the caller's scope
     * @throws IllegalArgumentException if it is not for such pictures
     */
    Features of(Tensor pixels);

    @Override
    void close();
}
