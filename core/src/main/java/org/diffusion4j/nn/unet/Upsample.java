package org.diffusion4j.nn.unet;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Parameters;

/** Twice the size by repetition, then a convolution. */
public final class Upsample implements Block {

    private final Conv2d conv;

    /** A new block. */
    public Upsample(Parameters.Path at, int channels) {
        conv = Conv2d.same(at.to("conv"), channels, channels);
    }

    @Override
    public Tensor forward(Tensor x, Tensor time) {
        return conv.apply(Resampling.NEAREST_UP.apply(x));
    }

    /**
     * The same to a size that need not be twice that of {@code x}: where the size on the way down was odd.
     *
     * @param x {@code [batch, channels, height, width]}
     * @return {@code [batch, channels, toHeight, toWidth]}, made in the caller's scope
     */
    public Tensor to(Tensor x, long toHeight, long toWidth) {
        return Scoped.result(() -> conv.apply(torch.upsample_nearest2d(x, new long[] {toHeight, toWidth})));
    }
}
