package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Drops values at random while switched on; one object for a whole network. */
public final class Dropout {

    private final double probability;
    private volatile boolean on;

    public Dropout(double probability) {
        this.probability = probability;
    }

    public void switchTo(boolean training) {
        on = training;
    }

    public Tensor apply(Tensor x) {
        return on && probability > 0 ? torch.dropout(x, probability, true) : x;
    }
}
