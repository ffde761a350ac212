package org.diffusion4j.nn.clip;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;

/** Layer normalization over the last axis; {@code weight} and {@code bias}. */
final class ClipNorm {

    private static final double EPS = 1e-5;

    private final Parameter weight;
    private final Parameter bias;
    private final int width;

    ClipNorm(Parameters.Path at, int width) {
        weight = at.add("weight", Initialiser.ONES, width);
        bias = at.add("bias", Initialiser.ZEROS, width);
        this.width = width;
    }

    Tensor apply(Tensor x) {
        return torch.layer_norm(
                x,
                new long[] {width},
                new TensorOptional(weight.value()),
                new TensorOptional(bias.value()),
                EPS,
                false);
    }
}
