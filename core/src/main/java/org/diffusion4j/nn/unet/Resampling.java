package org.diffusion4j.nn.unet;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;

/** A change of the image's size without parameters. */
public enum Resampling {
    NONE {
        @Override
        public Tensor apply(Tensor x) {
            return x;
        }
    },
    /** The mean of 2×2. */
    AVERAGE_DOWN {
        @Override
        public Tensor apply(Tensor x) {
            return torch.avg_pool2d(x, 2, 2);
        }
    },
    /** Each value four times. */
    NEAREST_UP {
        @Override
        public Tensor apply(Tensor x) {
            return torch.upsample_nearest2d(x, new long[] {2 * x.size(2), 2 * x.size(3)});
        }
    },
    /** Half the size after the filter (1, 3, 3, 1)/8 on each axis (Song et al., score SDE, appendix H; Zhang 2019). */
    FIR_DOWN {
        @Override
        public Tensor apply(Tensor x) {
            return torch.conv2d(
                    x, firKernel(x, 1), new TensorOptional(), new long[] {2, 2}, new long[] {1, 1}, ONE, x.size(1));
        }
    },
    /** Twice the size by zeros between the values and the filter (1, 3, 3, 1)/4 on each axis. */
    FIR_UP {
        @Override
        public Tensor apply(Tensor x) {
            return torch.conv_transpose2d(
                    x,
                    firKernel(x, 4),
                    new TensorOptional(),
                    new long[] {2, 2},
                    new long[] {1, 1},
                    new long[] {0, 0},
                    x.size(1),
                    ONE);
        }
    };

    private static final long[] ONE = {1, 1};

    /** The image in its new size, made in the caller's scope; x itself where nothing changes. */
    public abstract Tensor apply(Tensor x);

    /** The filter of {@link #FIR_DOWN} with all its values, one more on each axis than x has, for a convolution of stride 2 to follow. */
    public static Tensor firFiltered(Tensor x) {
        return torch.conv2d(x, firKernel(x, 1), new TensorOptional(), ONE, new long[] {2, 2}, ONE, x.size(1));
    }

    /** The filter with sum {@code gain} for each channel apart, {@code [channels, 1, 4, 4]}. */
    private static Tensor firKernel(Tensor x, double gain) {
        double[] taps = {1, 3, 3, 1};
        double[] kernel = new double[16];
        for (int i = 0; i < 16; i++) {
            kernel[i] = gain * taps[i / 4] * taps[i % 4] / 64;
        }
        return Tensors.of(kernel).to(x).view(1, 1, 4, 4).expand(x.size(1), 1, 4, 4);
    }
}
