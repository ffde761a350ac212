package org.diffusion4j.nn.unet;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.diffusion4j.nn.Activation;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * The residual block of DDPM: norm, activation, convolution, twice, with the time between. The second convolution begins at zero,
 * so that the block begins as its shortcut.
 *
 * <p>With {@code scaleShift} the time scales and shifts the second norm (Dhariwal, Nichol 2021, section 3); else it is added before
 * it. With a resampling both paths change size before the first convolution.
 */
public final class ResnetBlock implements Block {

    /**
     * What all residual blocks of a network share.
     *
     * @param timeWidth the width of the embedded time, or 0 where the blocks do not receive it
     * @param eps of the norms
     * @param scaleShift whether the time scales and shifts the second norm
     * @param dropout of the network
     */
    public record Style(int timeWidth, double eps, Activation activation, boolean scaleShift, Dropout dropout) {}

    private final Style style;
    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final @Nullable Linear timeProjection;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final @Nullable Conv2d shortcut;
    private final Dropout.Layer dropout;
    private final Resampling resampling;
    private final double divisor;

    /**
     * A new block.
     *
     * @param groupsIn groups of the first norm
     * @param groupsOut groups of the second norm
     * @param shortcut whether the shortcut has a convolution where {@code in} equals {@code out} too
     * @param divisor what the residual sum is divided by
     */
    public ResnetBlock(
            Parameters.Path at,
            Style style,
            int in,
            int out,
            int groupsIn,
            int groupsOut,
            Resampling resampling,
            boolean shortcut,
            double divisor) {
        this.style = style;
        this.dropout = style.dropout.layer();
        this.resampling = resampling;
        this.divisor = divisor;
        norm1 = new GroupNorm(at.to("norm1"), in, groupsIn, style.eps);
        conv1 = Conv2d.same(at.to("conv1"), in, out);
        timeProjection = style.timeWidth == 0
                ? null
                : new Linear(at.to("time_emb_proj"), style.timeWidth, style.scaleShift ? 2 * out : out);
        norm2 = new GroupNorm(at.to("norm2"), out, groupsOut, style.eps);
        conv2 = Conv2d.zero(at.to("conv2"), out, out);
        this.shortcut = shortcut || in != out ? Conv2d.pointwise(at.to("conv_shortcut"), in, out) : null;
    }

    @Override
    public Tensor forward(Tensor x, Tensor time) {
        Activation activation = style.activation;
        Tensor h = conv1.apply(resampling.apply(activation.applyTo(norm1.apply(x))));
        h = timeProjection == null ? norm2.apply(h) : normed(h, timeProjection.apply(activation.apply(time)));
        h = conv2.apply(dropout.apply(activation.applyTo(h)));

        Tensor kept = resampling.apply(x);
        Tensor sum = Sum.into(h, shortcut == null ? kept : shortcut.apply(kept));
        return divisor == 1 ? sum : sum.div(new Scalar(divisor));
    }

    /** The second norm with the time. */
    private Tensor normed(Tensor h, Tensor projected) {
        Tensor shift = projected.unsqueeze(-1).unsqueeze(-1);
        return style.scaleShift ? scaledAndShifted(norm2.apply(h), shift) : norm2.apply(h.add(shift));
    }

    private static Tensor scaledAndShifted(Tensor h, Tensor scaleAndShift) {
        TensorVector halves = scaleAndShift.chunk(2, 1);
        return h.mul(halves.get(0).add(new Scalar(1))).add(halves.get(1));
    }
}
