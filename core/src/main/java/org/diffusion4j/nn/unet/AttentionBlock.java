package org.diffusion4j.nn.unet;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.DotProductAttention;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention over all pixels with a residual sum (Vaswani et al. 2017; DDPM, appendix B). The output projection begins at zero.
 *
 * <p>libtorch's fused kernel is fastest in float32 on contiguous heads, and slower than product, softmax, product in bfloat16.
 */
public final class AttentionBlock implements Block {

    private final @Nullable GroupNorm norm;
    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final Linear toOut;
    private final int heads;
    private final int headWidth;
    private final double divisor;

    /**
     * A new block.
     *
     * @param headWidth the channels of a head
     * @param groups of the norm before; null for none
     * @param divisor what the residual sum is divided by
     */
    public AttentionBlock(
            Parameters.Path at, int channels, int headWidth, @Nullable Integer groups, double eps, double divisor) {
        require(
                headWidth <= channels,
                "attention_head_dim %s is wider than the %s channels of %s",
                headWidth,
                channels,
                at);
        this.headWidth = headWidth;
        this.divisor = divisor;
        heads = channels / headWidth;
        norm = groups == null ? null : new GroupNorm(at.to("group_norm"), channels, groups, eps);
        toQ = new Linear(at.to("to_q"), channels, heads * headWidth);
        toK = new Linear(at.to("to_k"), channels, heads * headWidth);
        toV = new Linear(at.to("to_v"), channels, heads * headWidth);
        toOut = Linear.zero(at.to("to_out.0"), heads * headWidth, channels);
    }

    @Override
    public Tensor forward(Tensor x, Tensor time) {
        Tensor image = norm == null ? x : norm.apply(x);
        Tensor attended = DotProductAttention.of(
                heads(toQ.applyToPixels(image)), heads(toK.applyToPixels(image)), heads(toV.applyToPixels(image)));
        Tensor joined = attended.transpose(1, 2)
                .reshape(x.size(0), x.size(2), x.size(3), -1)
                .permute(0, 3, 1, 2);
        Tensor h = toOut.applyToPixels(Layout.ofImage(joined));
        Tensor sum = Sum.into(h, x);
        return divisor == 1 ? sum : sum.div(new Scalar(divisor));
    }

    /** {@code [batch, heads, pixels, headWidth]}, contiguous. */
    private Tensor heads(Tensor projected) {
        return projected
                .flatten(2, 3)
                .view(projected.size(0), heads, headWidth, -1)
                .transpose(2, 3)
                .contiguous();
    }
}
