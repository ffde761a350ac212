package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Parameters.Parameter;

/** Ba, Kiros, Hinton, "Layer Normalization", 2016, over the last axis; {@code weight} and {@code bias}. */
public final class LayerNorm {

    private final Parameter weight;
    private final Parameter bias;
    private final int width;
    private final double eps;

    /**
     * Of so many numbers.
     *
     * @param eps added to the variance: 1e-12 in BERT, 1e-5 in CLIP
     */
    public LayerNorm(Parameters.Path at, int width, double eps) {
        weight = at.add("weight", Initialiser.ONES, width);
        bias = at.add("bias", Initialiser.ZEROS, width);
        this.width = width;
        this.eps = eps;
    }

    /** {@code [..., width]}, made in the caller's scope. */
    public Tensor apply(Tensor x) {
        Tensor input = x.is_cpu() ? x : x.to(weight.value().scalar_type()); // as in GroupNorm
        return torch.layer_norm(
                input,
                new long[] {width},
                new TensorOptional(weight.value()),
                new TensorOptional(bias.value()),
                eps,
                false);
    }
}
