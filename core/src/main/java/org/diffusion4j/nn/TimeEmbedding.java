package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Two linear layers with SiLU between; {@code linear_1} and {@code linear_2}. */
public final class TimeEmbedding {

    private final Linear first;
    private final Linear second;

    public TimeEmbedding(Parameters.Path at, int in, int out) {
        first = new Linear(at.to("linear_1"), in, out);
        second = new Linear(at.to("linear_2"), out, out);
    }

    public Tensor apply(Tensor features) {
        return second.apply(torch.silu(first.apply(features)));
    }
}
