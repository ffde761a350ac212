package org.diffusion4j.nn.unet.condition;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.DotProductAttention;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Attention of tokens to each other, or to the tokens of a text (Vaswani et al. 2017).
 *
 * <p>No matrix of all tokens against all of all heads is ever held: libtorch's fused kernel has none. In 16 bits on the processor that
 * kernel is slow: there few tokens are multiplied out, and many some rows of a head at a time.
 */
final class Attention {

    private static final long FEW = 512; // tokens: beyond, the scores of all heads no longer lie near the processor

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
        if (slowFused && !upcast && (bias == null || k.size(2) <= FEW)) {
            Tensor scaled = DotProductAttention.scaled(q);
            return k.size(2) <= FEW ? DotProductAttention.multiplied(scaled, k, v, bias) : inRows(scaled, k, v);
        }
        ScalarType own = q.scalar_type().intern();
        boolean widened = own != ScalarType.Double && (slowFused || upcast);
        ScalarType dtype = widened ? ScalarType.Float : own;
        return fused(q.to(dtype), k.to(dtype), v.to(dtype), bias == null ? null : bias.to(dtype))
                .to(own);
    }

    /** Multiplied out, some rows of a head at a time. */
    private static Tensor inRows(Tensor q, Tensor k, Tensor v) {
        List<Tensor> found = new ArrayList<>();
        for (long sample = 0; sample < q.size(0); sample++) {
            for (long head = 0; head < q.size(1); head++) {
                Tensor queries = of(q, sample, head);
                Tensor keys = of(k, sample, head);
                Tensor values = of(v, sample, head);
                for (long row = 0; row < q.size(2); row += FEW) {
                    Tensor some = queries.narrow(0, row, Math.min(FEW, q.size(2) - row));
                    found.add(Scoped.result(() -> DotProductAttention.multiplied(some, keys, values, null)));
                }
            }
        }
        return torch.cat(new TensorVector(found.toArray(Tensor[]::new)), 0).view(q.sizes());
    }

    private static Tensor of(Tensor perHead, long sample, long head) {
        return perHead.select(0, sample).select(0, head);
    }

    private static Tensor fused(Tensor q, Tensor k, Tensor v, @Nullable Tensor bias) {
        TensorOptional mask = bias == null
                ? new TensorOptional()
                : new TensorOptional(bias.expand(q.size(0), q.size(1), q.size(2), k.size(2)));
        return torch.scaled_dot_product_attention(q, k, v, mask, 0, false, new DoubleOptional(), false);
    }
}
