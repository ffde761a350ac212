package org.diffusion4j.nn.unet.condition;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.unet.ResnetBlock;
import org.jspecify.annotations.Nullable;

/** A residual block, and after it, on levels that see the text, a transformer. */
record TextBlock(ResnetBlock resnet, @Nullable Transformer2D transformer) {

    /** {@code [batch, out, height, width]}, made in the caller's scope. */
    Tensor apply(Tensor x, Tensor time, TextFeatures text) {
        Tensor h = resnet.apply(x, time);
        return transformer == null ? h : transformer.apply(h, text);
    }
}
