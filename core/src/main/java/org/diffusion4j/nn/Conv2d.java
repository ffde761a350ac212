package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Parameters.Parameter;

/** A convolution with a square kernel; {@code weight} and {@code bias}. */
public final class Conv2d {

    private static final long[] ONE = {1, 1};
    private static final long[] ZERO = {0, 0};

    private final Parameter weight;
    private final Parameter bias;
    private final long[] stride;
    private final long[] padding;

    private Conv2d(Parameters.Path at, int in, int out, int kernel, int stride, int padding, Initialiser initialiser) {
        weight = at.addOperand("weight", initialiser, out, in, kernel, kernel);
        bias = at.addOperand("bias", initialiser, out);
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {padding, padding};
    }

    /** 3×3, keeping the size. */
    public static Conv2d same(Parameters.Path at, int in, int out) {
        return new Conv2d(at, in, out, 3, 1, 1, Initialiser.fanIn(9L * in));
    }

    /** 3×3, keeping the size, beginning at zero. */
    public static Conv2d zero(Parameters.Path at, int in, int out) {
        return new Conv2d(at, in, out, 3, 1, 1, Initialiser.ZEROS);
    }

    /** 3×3, halving the size. */
    public static Conv2d halving(Parameters.Path at, int in, int out, int padding) {
        return new Conv2d(at, in, out, 3, 2, padding, Initialiser.fanIn(9L * in));
    }

    /** 1×1. */
    public static Conv2d pointwise(Parameters.Path at, int in, int out) {
        return new Conv2d(at, in, out, 1, 1, 0, Initialiser.fanIn(in));
    }

    public Tensor apply(Tensor x) {
        return convolve(x, weight.operand(), bias.operand(), stride, padding);
    }

    /** 1×1, with weights {@code [out, in]} that lie elsewhere. */
    static Tensor ofPixels(Tensor x, Tensor weight, Tensor bias) {
        return convolve(x, weight.unsqueeze(-1).unsqueeze(-1), bias, ONE, ZERO);
    }

    private static Tensor convolve(Tensor x, Tensor weight, Tensor bias, long[] stride, long[] padding) {
        return torch.conv2d(x.to(weight.scalar_type()), weight, new TensorOptional(bias), stride, padding, ONE, 1);
    }
}
