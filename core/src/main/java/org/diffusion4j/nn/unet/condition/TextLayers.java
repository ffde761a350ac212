package org.diffusion4j.nn.unet.condition;

import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.Resampling;
import org.diffusion4j.nn.unet.ResnetBlock;
import org.diffusion4j.nn.unet.TimeShift;

/** Makes the parts of one {@link UNet2DCondition}, so that its levels say only how they differ. */
final class TextLayers {

    private final UNet2DConditionConfig config;
    private final ResnetBlock.Style style;

    TextLayers(UNet2DConditionConfig config, Dropout dropout) {
        this.config = config;
        style = new ResnetBlock.Style(
                config.timeWidth(),
                config.normEps(),
                config.actFn(),
                config.resnetTimeScaleShift() == TimeShift.SCALE_SHIFT,
                dropout);
    }

    ResnetBlock resnet(Parameters.Path at, int in, int out, double divisor) {
        int groups = config.normNumGroups();
        return new ResnetBlock(at, style, in, out, groups, groups, Resampling.NONE, false, divisor);
    }

    /** Block {@code i} of a level, with a transformer if it sees the text. */
    TextBlock block(Parameters.Path at, int level, int i, int in, boolean seesText) {
        ResnetBlock resnet =
                resnet(at.to("resnets." + i), in, config.blockOutChannels().get(level), 1);
        return new TextBlock(
                resnet,
                seesText
                        ? new Transformer2D(
                                at.to("attentions." + i),
                                config,
                                level,
                                config.transformerLayers(level),
                                config.textOnly(level))
                        : null);
    }
}
