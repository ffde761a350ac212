package org.diffusion4j.nn.unet;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Parameters;

/** Half the size by a convolution of stride 2. */
public final class Downsample implements Block {

    private final Conv2d conv;
    private final boolean padRightAndBottom;

    /**
     * A new block.
     *
     * @param padding 1, or 0 for zeros on the right and the bottom only, as DDPM's code had it
     */
    public Downsample(Parameters.Path at, int channels, int padding) {
        conv = Conv2d.halving(at.to("conv"), channels, channels, padding);
        padRightAndBottom = padding == 0;
    }

    @Override
    public Tensor forward(Tensor x, Tensor time) {
        return conv.apply(padRightAndBottom ? torch.constant_pad_nd(x, 0, 1, 0, 1) : x);
    }
}
