package org.diffusion4j.nn;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Scoped;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention (Vaswani et al. 2017, section 3.2.1), which never holds all its scores at once.
 *
 * <p>libtorch's fused kernel is fastest in float32 on contiguous heads. In 16 bits on the processor it is slower than product, softmax,
 * product, which run here over as many queries at a time as have {@value #MOST_SCORES} scores.
 */
public final class Attention {

    private static final long MOST_SCORES = 1L << 24;

    private Attention() {}

    /** What each query sees of all values. */
    public static Tensor of(Tensor q, Tensor k, Tensor v) {
        return of(q, k, v, null);
    }

    /**
     * What each query sees of the values that a mask leaves it.
     *
     * @param q {@code [batch, heads, queries, width]}, contiguous
     * @param k {@code [batch, heads, keys, width]}, contiguous
     * @param v shaped as k
     * @param mask what is added to the scores, {@code [batch, 1, 1, keys]} of q's dtype; null for nothing
     * @return shaped as q, made in the caller's scope
     */
    public static Tensor of(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        if (!Layout.isLowOnCpu(q)) {
            TensorOptional added = mask == null ? new TensorOptional() : new TensorOptional(mask);
            return torch.scaled_dot_product_attention(q, k, v, added, 0, false, new DoubleOptional(), false);
        }
        Tensor keys = k.mul(new Scalar(1 / Math.sqrt(q.size(3)))).transpose(2, 3);
        long atOnce = Math.max(1, MOST_SCORES / (q.size(0) * q.size(1) * k.size(2)));
        if (q.size(2) <= atOnce) {
            return seen(q, keys, v, mask);
        }
        TensorVector pieces = new TensorVector();
        for (long first = 0; first < q.size(2); first += atOnce) {
            Tensor some = q.narrow(2, first, Math.min(atOnce, q.size(2) - first));
            pieces.push_back(Scoped.result(() -> seen(some, keys, v, mask)));
        }
        return torch.cat(pieces, 2);
    }

    /** The same with scores and softmax in float32, for networks whose scores leave the range of 16 bits. */
    public static Tensor inFloat32(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        Tensor wide = of(
                q.to(ScalarType.Float),
                k.to(ScalarType.Float),
                v.to(ScalarType.Float),
                mask == null ? null : mask.to(ScalarType.Float));
        return wide.to(q.scalar_type());
    }

    private static Tensor seen(Tensor q, Tensor scaledKeys, Tensor v, @Nullable Tensor mask) {
        Tensor scores = q.matmul(scaledKeys);
        return (mask == null ? scores : scores.add(mask)).softmax(-1).matmul(v);
    }
}
