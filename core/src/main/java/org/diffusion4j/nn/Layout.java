package org.diffusion4j.nn;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Precision;

/**
 * How images and weights of convolutions lie in memory: channels last in float32, where it saves reorders; channels first in
 * bfloat16, where the norms are many times slower on the other. Shapes are {@code [batch, channels, height, width]} either way.
 */
public final class Layout {

    private Layout() {}

    /** Whether the calling thread computes in bfloat16. */
    public static boolean isBfloat16() {
        return Precision.current() == Precision.BFLOAT16;
    }

    public static Tensor ofImage(Tensor x) {
        return x.contiguous(isBfloat16() ? MemoryFormat.Contiguous : MemoryFormat.ChannelsLast);
    }

    static Tensor ofWeight(Tensor weight) {
        return isBfloat16()
                ? weight.to(ScalarType.BFloat16, false, false, new MemoryFormatOptional(MemoryFormat.Contiguous))
                : weight;
    }
}
