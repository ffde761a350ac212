package org.diffusion4j.nn.unet;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Parameters;

/** Twice the size by repetition, then a convolution. */
final class Upsample implements Block {

    private final Conv2d conv;

    Upsample(Parameters.Path at, int channels) {
        conv = Conv2d.same(at.to("conv"), channels, channels);
    }

    @Override
    public Tensor forward(Tensor x, Tensor time) {
        return conv.apply(Resampling.NEAREST_UP.apply(x));
    }
}
