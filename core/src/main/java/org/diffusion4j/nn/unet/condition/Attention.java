package org.diffusion4j.nn.unet.condition;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Attention of tokens to each other, or to the tokens of a text (Vaswani et al. 2017).
 *
 * <p>libtorch's fused kernel never holds a matrix of all tokens against all. In 16 bits on the processor it is slow: there few tokens are
 * multiplied out, and many take the fused kernel in float32.
 */
final class Attention {

    private static final long FEW =
            512; // tokens: beyond, the fused kernel in float32 is faster than products in 16 bits

    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final Linear toOut;
    private final int heads;
    private final boolean upcast;

    /**
     * New attention.
     *
     * @param seen the width of what is attended to
     * @param upcast whether scores are computed in float32, whatever the network's arithmetic
     */
    Attention(Parameters.Path at, int channels, int seen, int heads, boolean upcast) {
        toQ = Linear.withoutBias(at.to("to_q"), channels, channels);
        toK = Linear.withoutBias(at.to("to_k"), seen, channels);
        toV = Linear.withoutBias(at.to("to_v"), seen, channels);
        toOut = new Linear(at.to("to_out.0"), channels, channels);
        this.heads = heads;
        this.upcast = upcast;
    }

    /**
     * What the tokens gather, made in the caller's scope.
     *
     * @param tokens {@code [batch, length, channels]}
     * @param seen what they attend to, {@code [batch, otherLength, seen]}
     * @param bias added to the scores, or null
     */
    Tensor apply(Tensor tokens, Tensor seen, @Nullable Tensor bias) {
        Tensor q = perHead(toQ.applyToTokens(tokens));
        Tensor k = perHead(toK.applyToTokens(seen));
        Tensor v = perHead(toV.applyToTokens(seen));
        Tensor joined = attend(q, k, v, bias).transpose(1, 2).reshape(tokens.size(0), tokens.size(1), -1);
        return toOut.applyToTokens(joined);
    }

    /** {@code [batch, heads, length, headWidth]}, contiguous. */
    private Tensor perHead(Tensor projected) {
        return projected
                .reshape(projected.size(0), projected.size(1), heads, -1)
                .transpose(1, 2)
                .contiguous();
    }

    private Tensor attend(Tensor q, Tensor k, Tensor v, @Nullable Tensor bias) {
        boolean slowFused = Layout.isLowOnCpu(q);
        if (slowFused && !upcast && k.size(2) <= FEW) {
            Tensor scores = q.mul(new Scalar(1 / Math.sqrt(q.size(3)))).matmul(k.transpose(2, 3));
            return (bias == null ? scores : scores.add(bias)).softmax(-1).matmul(v);
        }
        ScalarType own = q.scalar_type().intern();
        boolean widened = own != ScalarType.Double && (slowFused || upcast);
        ScalarType dtype = widened ? ScalarType.Float : own;
        return fused(q.to(dtype), k.to(dtype), v.to(dtype), bias == null ? null : bias.to(dtype))
                .to(own);
    }

    private static Tensor fused(Tensor q, Tensor k, Tensor v, @Nullable Tensor bias) {
        TensorOptional mask = bias == null
                ? new TensorOptional()
                : new TensorOptional(bias.expand(q.size(0), q.size(1), q.size(2), k.size(2)));
        return torch.scaled_dot_product_attention(q, k, v, mask, 0, false, new DoubleOptional(), false);
    }
}
