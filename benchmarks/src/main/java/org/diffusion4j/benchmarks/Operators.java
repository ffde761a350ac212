package org.diffusion4j.benchmarks;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Precision;

/** Single operations, to know what the machine can do and what a layout or kernel is worth. */
final class Operators {

    private static final long[] ONE = {1, 1};
    private static final long BATCH = 32;

    private Operators() {}

    /** Floating-point operations a second of a 3×3 convolution of 128 channels, the best of both layouts. */
    static double convolutionPeak(int rounds, Precision precision) {
        long channels = 128;
        long side = 14;
        ScalarType dtype = precision == Precision.BFLOAT16 ? ScalarType.BFloat16 : ScalarType.Float;
        Tensor x = torch.randn(BATCH, channels, side, side).to(dtype);
        Tensor weight = torch.randn(channels, channels, 3, 3).to(dtype);
        double[] seconds = Interleaved.medians(
                rounds,
                () -> convolve(x.contiguous(MemoryFormat.Contiguous), weight),
                () -> convolve(x.contiguous(MemoryFormat.ChannelsLast), weight.contiguous(MemoryFormat.ChannelsLast)));
        return 2.0 * 9 * channels * channels * side * side * BATCH / Math.min(seconds[0], seconds[1]);
    }

    private static void convolve(Tensor x, Tensor weight) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            torch.conv2d(x, weight, new TensorOptional(), ONE, ONE, ONE, 1);
        }
    }

    /** GroupNorm, SiLU, 3×3 convolution of 64 channels at 28×28, forward and backward, in that layout. */
    static Runnable block(MemoryFormat layout) {
        Tensor x = torch.randn(BATCH, 64, 28, 28).contiguous(layout).requires_grad_(true);
        Tensor weight = torch.randn(64, 64, 3, 3).contiguous(layout).requires_grad_(true);
        return () -> {
            try (PointerScope scope = new PointerScope();
                    AutoGradMode grad = new AutoGradMode(true)) {
                Tensor h = torch.silu(torch.group_norm(x, 8, new TensorOptional(), new TensorOptional(), 1e-5, false));
                torch.conv2d(h, weight, new TensorOptional(), ONE, ONE, ONE, 1)
                        .sum()
                        .backward();
            }
        };
    }

    /** GroupNorm of 32 channels in 8 groups at 28×28, forward and backward, of images that lie channels last. */
    static Runnable narrowNorm(boolean channelsFirst) {
        Tensor x = torch.randn(BATCH, 32, 28, 28)
                .contiguous(MemoryFormat.ChannelsLast)
                .requires_grad_(true);
        return () -> {
            try (PointerScope scope = new PointerScope();
                    AutoGradMode grad = new AutoGradMode(true)) {
                Tensor in = channelsFirst ? x.contiguous() : x;
                Tensor normed = torch.group_norm(in, 8, new TensorOptional(), new TensorOptional(), 1e-5, false);
                normed.contiguous(MemoryFormat.ChannelsLast).sum().backward();
            }
        };
    }

    /** Attention of four heads over 196 pixels, forward and backward: libtorch's fused kernel, or product, softmax, product. */
    static Runnable attention(boolean fused) {
        Tensor qkv = torch.randn(3, BATCH, 4, 196, 32).requires_grad_(true);
        return () -> {
            try (PointerScope scope = new PointerScope();
                    AutoGradMode grad = new AutoGradMode(true)) {
                Tensor q = qkv.select(0, 0);
                Tensor k = qkv.select(0, 1);
                Tensor v = qkv.select(0, 2);
                Tensor attended = fused
                        ? torch.scaled_dot_product_attention(q, k, v)
                        : q.mul(new Scalar(1 / Math.sqrt(32)))
                                .matmul(k.transpose(2, 3))
                                .softmax(-1)
                                .matmul(v);
                attended.sum().backward();
            }
        };
    }
}
