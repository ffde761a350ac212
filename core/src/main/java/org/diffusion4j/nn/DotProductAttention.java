package org.diffusion4j.nn;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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
        Tensor scores = q.mul(new Scalar(1 / Math.sqrt(q.size(3)))).matmul(k.transpose(2, 3));
        return scores.softmax(-1).matmul(v);
    }
}
