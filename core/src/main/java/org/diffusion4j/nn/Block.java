package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Scoped;

/** A part of a network that turns features into features, given the embedded time. */
@FunctionalInterface
public interface Block {

    /**
     * What the part computes. All that is made here besides the result is freed by {@link #apply}.
     *
     * @param x {@code [batch, channels, height, width]}
     * @param time {@code [batch, timeWidth]}
     */
    Tensor forward(Tensor x, Tensor time);

    /**
     * {@link #forward}, leaving nothing behind but the result. Autograd keeps for itself what the gradient needs, so that this is
     * right, and saves memory, in training too.
     */
    default Tensor apply(Tensor x, Tensor time) {
        return Scoped.result(() -> forward(x, time));
    }

    /** This part, then that one. */
    default Block then(Block next) {
        return (x, time) -> next.apply(apply(x, time), time);
    }
}
