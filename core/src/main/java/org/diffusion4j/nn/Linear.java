package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** x·Wᵀ + b over the last axis; {@code weight} and, mostly, {@code bias}. */
public final class Linear {

    private final Parameter weight;
    private final @Nullable Parameter bias;

    private Linear(Parameters.Path at, int in, int out, boolean biased, Initialiser initialiser) {
        weight = at.addOperand("weight", initialiser, out, in);
        bias = biased ? at.addOperand("bias", initialiser, out) : null;
    }

    public Linear(Parameters.Path at, int in, int out) {
        this(at, in, out, true, Initialiser.fanIn(in));
    }

    /** Beginning at zero. */
    public static Linear zero(Parameters.Path at, int in, int out) {
        return new Linear(at, in, out, true, Initialiser.ZEROS);
    }

    /** x·Wᵀ: {@code weight} alone. */
    public static Linear withoutBias(Parameters.Path at, int in, int out) {
        return new Linear(at, in, out, false, Initialiser.fanIn(in));
    }

    /** {@code [..., in]} to {@code [..., out]}, made in the caller's scope. */
    public Tensor apply(Tensor x) {
        return of(x, weight.operand(), bias == null ? null : bias.operand());
    }

    /**
     * By weights that are not a layer's own.
     *
     * @param x {@code [..., in]}
     * @param weight {@code [out, in]}, in whose dtype it is computed
     * @param bias {@code [out]}, likewise
     * @return {@code [..., out]} of that dtype, made in the caller's scope
     */
    public static Tensor of(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (x.dim() == 3 && x.is_cpu() && weight.scalar_type().intern() == ScalarType.BFloat16) {
            return overRow(x, weight, bias); // libtorch's product goes by way of float32 there
        }
        return torch.linear(
                x.to(weight.scalar_type()), weight, bias == null ? new TensorOptional() : new TensorOptional(bias));
    }

    /**
     * Over the channels of an image, each pixel for itself: as a 1×1 convolution, which uses all threads where matrix products have
     * but one.
     */
    public Tensor applyToPixels(Tensor image) {
        return Conv2d.ofPixels(image, weight.operand(), bias == null ? null : bias.operand());
    }

    /**
     * Over the tokens of a sequence: by {@link #applyToPixels} where that is faster.
     *
     * @param tokens {@code [batch, length, in]}, contiguous
     * @return {@code [batch, length, out]}, made in the caller's scope
     */
    public Tensor applyToTokens(Tensor tokens) {
        return tokens.is_cpu() && tokens.scalar_type().intern() == ScalarType.Float
                ? overRow(tokens, weight.operand(), bias == null ? null : bias.operand())
                : apply(tokens);
    }

    /** All tokens as one image of one row, which has its channels last as it lies; a column would not count as that. */
    private static Tensor overRow(Tensor tokens, Tensor weight, @Nullable Tensor bias) {
        Tensor row = tokens.reshape(1, -1, tokens.size(2)).transpose(1, 2).unsqueeze(2);
        return Conv2d.ofPixels(row, weight, bias)
                .squeeze(2)
                .transpose(1, 2)
                .reshape(tokens.size(0), tokens.size(1), -1);
    }
}
