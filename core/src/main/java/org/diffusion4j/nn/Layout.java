package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How images and weights of convolutions lie in memory: channels last, where it saves reorders; on the processor channels first in
 * dtypes of 16 bits, where the norms are many times slower on the other. Shapes are {@code [batch, channels, height, width]} either way.
 */
public final class Layout {

    private Layout() {}

    /** The image as convolutions and norms want it. */
    public static Tensor ofImage(Tensor x) {
        return x.contiguous(of(x, x.scalar_type().intern()));
    }

    /** Whether libtorch's kernels for 16 bits on the processor are met, some of which are slow. */
    public static boolean isLowOnCpu(Tensor x) {
        return isLowOnCpu(x, x.scalar_type().intern());
    }

    static MemoryFormat of(Tensor x, ScalarType dtype) {
        return isLowOnCpu(x, dtype) ? MemoryFormat.Contiguous : MemoryFormat.ChannelsLast;
    }

    private static boolean isLowOnCpu(Tensor x, ScalarType dtype) {
        return (dtype == ScalarType.BFloat16 || dtype == ScalarType.Half) && x.is_cpu();
    }
}
