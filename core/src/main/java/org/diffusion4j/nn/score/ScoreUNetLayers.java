package org.diffusion4j.nn.score;

import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Activation;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.AttentionBlock;
import org.diffusion4j.nn.unet.Resampling;
import org.diffusion4j.nn.unet.ResnetBlock;

/** Makes the parts of one {@link ScoreUNet}. */
final class ScoreUNetLayers {

    private final ScoreUNetConfig config;
    private final ScoreBlocks blocks;
    private final ResnetBlock.Style style;

    ScoreUNetLayers(ScoreUNetConfig config, Dropout dropout) {
        this.config = config;
        blocks = config.blocks();
        style = new ResnetBlock.Style(
                config.timeWidth(), blocks.eps(), Activation.SILU, blocks == ScoreBlocks.ADM, dropout);
    }

    Block resnet(Parameters.Path at, int in, int out) {
        return resnet(at, in, out, Resampling.NONE, false);
    }

    /** A residual block, with attention after it where there is to be any. */
    Block resnet(Parameters.Path at, int number, int in, int out, boolean attends) {
        Block resnet = resnet(at.to("resnets." + number), in, out);
        return attends ? resnet.then(attention(at.to("attentions." + number), out)) : resnet;
    }

    private Block resnet(Parameters.Path at, int in, int out, Resampling resampling, boolean shortcut) {
        return new ResnetBlock(
                at, style, in, out, blocks.groups(in), blocks.groups(out), resampling, shortcut, blocks.divisor());
    }

    private Block attention(Parameters.Path at, int channels) {
        int headWidth = channels / blocks.heads(channels);
        return new AttentionBlock(at, channels, headWidth, blocks.groups(channels), blocks.eps(), blocks.divisor());
    }

    /** Residual block, attention, residual block. */
    Block middle(Parameters.Path at, int channels) {
        return resnet(at, 0, channels, channels, blocks.heads(channels) > 0)
                .then(resnet(at, 1, channels, channels, false));
    }

    /** Half the size. */
    Block down(Parameters.Path at, int channels) {
        if (blocks.resamplesInBlocks()) {
            return resnet(at, channels, channels, filterDown(), blocks == ScoreBlocks.NCSNPP);
        }
        if (blocks == ScoreBlocks.NCSNPP_FILTERED) {
            return (x, time) -> filterDown().apply(x);
        }
        Conv2d conv = Conv2d.halving(at.to("conv"), channels, channels, 0);
        return (x, time) -> conv.apply(torch.constant_pad_nd(x, 0, 1, 0, 1)); // zeros on the right and the bottom
    }

    /** Twice the size. */
    Block up(Parameters.Path at, int channels) {
        if (blocks.resamplesInBlocks()) {
            return resnet(at, channels, channels, filterUp(), blocks == ScoreBlocks.NCSNPP);
        }
        if (blocks == ScoreBlocks.NCSNPP_FILTERED) {
            return (x, time) -> filterUp().apply(x);
        }
        Conv2d conv = Conv2d.same(at.to("conv"), channels, channels);
        return (x, time) -> conv.apply(Resampling.NEAREST_UP.apply(x));
    }

    GroupNorm norm(Parameters.Path at, int channels) {
        return new GroupNorm(at, channels, blocks.groups(channels), blocks.eps());
    }

    Resampling filterDown() {
        return config.fir() ? Resampling.FIR_DOWN : Resampling.AVERAGE_DOWN;
    }

    Resampling filterUp() {
        return config.fir() ? Resampling.FIR_UP : Resampling.NEAREST_UP;
    }
}
