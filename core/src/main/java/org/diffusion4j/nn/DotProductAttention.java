package org.diffusion4j.nn;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** softmax(q·kᵀ/√width)·v, where all may see all. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, equation 1. */
public final class DotProductAttention {

    private DotProductAttention() {}

    /**
     * What the queries see: by libtorch's fused kernel, but in 16 bits on the processor, where that is slow, multiplied out.
     *
     * @param q {@code [batch, heads, queries, width]}
     * @param k {@code [batch, heads, keys, width]}
     * @param v as k
     * @return shaped as q, made in the caller's scope
     */
    public static Tensor of(Tensor q, Tensor k, Tensor v) {
        if (!Layout.isLowOnCpu(q)) {
            return torch.scaled_dot_product_attention(q, k, v);
        }
        return multiplied(scaled(q), k, v, null);
    }

    /** q/√width, made in the caller's scope. */
    public static Tensor scaled(Tensor q) {
        return q.mul(new Scalar(1 / Math.sqrt(q.size(-1))));
    }

    /**
     * softmax(q·kᵀ + bias)·v, made in the caller's scope.
     *
     * @param q {@code [..., queries, width]}, {@link #scaled}
     * @param bias added to the scores, or null
     */
    public static Tensor multiplied(Tensor q, Tensor k, Tensor v, @Nullable Tensor bias) {
        Tensor scores = q.matmul(k.transpose(-2, -1));
        return (bias == null ? scores : scores.add(bias)).softmax(-1).matmul(v);
    }
}
