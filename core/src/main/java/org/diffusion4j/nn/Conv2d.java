package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** A convolution with a square kernel; {@code weight} and {@code bias}. */
public final class Conv2d {

    private static final long[] ONE = {1, 1};
    private static final long[] ZERO = {0, 0};

    private final Parameter weight;
    private final @Nullable Parameter bias;
    private final long[] stride;
    private final long[] padding;
    private final long[] dilation;

    private Conv2d(Parameters.Path at, int in, int out, int kernel, int stride, int padding, Initialiser initialiser) {
        this(at, in, out, kernel, stride, padding, 1, true, initialiser);
    }

    private Conv2d(
            Parameters.Path at,
            int in,
            int out,
            int kernel,
            int stride,
            int padding,
            int dilation,
            boolean biased,
            Initialiser initialiser) {
        weight = at.addOperand("weight", initialiser, out, in, kernel, kernel);
        bias = biased ? at.addOperand("bias", initialiser, out) : null;
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {padding, padding};
        this.dilation = new long[] {dilation, dilation};
    }

    /** 3×3, keeping the size. */
    public static Conv2d same(Parameters.Path at, int in, int out) {
        return new Conv2d(at, in, out, 3, 1, 1, Initialiser.fanIn(9L * in));
    }

    /** 3×3, keeping the size, of places so far from each other. */
    public static Conv2d dilated(Parameters.Path at, int in, int out, int dilation) {
        return new Conv2d(at, in, out, 3, 1, dilation, dilation, true, Initialiser.fanIn(9L * in));
    }

    /** 3×3, keeping the size; {@code weight} alone. */
    public static Conv2d withoutBias(Parameters.Path at, int in, int out) {
        return new Conv2d(at, in, out, 3, 1, 1, 1, false, Initialiser.fanIn(9L * in));
    }

    /** 3×3, keeping the size, beginning at zero. */
    public static Conv2d zero(Parameters.Path at, int in, int out) {
        return new Conv2d(at, in, out, 3, 1, 1, Initialiser.ZEROS);
    }

    /** 3×3, halving the size. */
    public static Conv2d halving(Parameters.Path at, int in, int out, int padding) {
        return new Conv2d(at, in, out, 3, 2, padding, Initialiser.fanIn(9L * in));
    }

    /** 4×4 with a border of 1, beginning at N(0, 0.02²): a size to {@code size / stride}, less one where the stride is 1. */
    public static Conv2d ofPatches(Parameters.Path at, int in, int out, int stride) {
        return new Conv2d(at, in, out, 4, stride, 1, new Initialiser.Normal(0.02));
    }

    /** One output a square of {@code size}×{@code size}, which do not overlap; {@code weight} alone. */
    public static Conv2d patches(Parameters.Path at, int in, int out, int size) {
        long fanIn = (long) size * size * in;
        return new Conv2d(at, in, out, size, size, 0, 1, false, Initialiser.fanIn(fanIn));
    }

    /** 1×1. */
    public static Conv2d pointwise(Parameters.Path at, int in, int out) {
        return new Conv2d(at, in, out, 1, 1, 0, Initialiser.fanIn(in));
    }

    /** 1×1, beginning at zero. */
    public static Conv2d zeroPointwise(Parameters.Path at, int in, int out) {
        return new Conv2d(at, in, out, 1, 1, 0, Initialiser.ZEROS);
    }

    public Tensor apply(Tensor x) {
        return convolve(x, weight.operand(), bias == null ? null : bias.operand(), stride, padding, dilation);
    }

    /** 1×1, with weights {@code [out, in]} that lie elsewhere. */
    static Tensor ofPixels(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return convolve(x, weight.unsqueeze(-1).unsqueeze(-1), bias, ONE, ZERO, ONE);
    }

    private static Tensor convolve(
            Tensor x, Tensor weight, @Nullable Tensor bias, long[] stride, long[] padding, long[] dilation) {
        TensorOptional added = bias == null ? new TensorOptional() : new TensorOptional(bias);
        return torch.conv2d(x.to(weight.scalar_type()), weight, added, stride, padding, dilation, 1);
    }
}
