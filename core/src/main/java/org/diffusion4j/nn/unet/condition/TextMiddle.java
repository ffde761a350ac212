package org.diffusion4j.nn.unet.condition;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.ResnetBlock;
import org.jspecify.annotations.Nullable;

/** The smallest images: a residual block, and where it sees the text a transformer and a second one. */
final class TextMiddle {

    private final TextBlock first;
    private final @Nullable ResnetBlock second;

    TextMiddle(Parameters.Path at, UNet2DConditionConfig config, TextLayers make, TextLevel kind) {
        int level = config.blockOutChannels().size() - 1;
        int channels = config.blockOutChannels().get(level);
        double divisor = config.midBlockScaleFactor();
        ResnetBlock resnet = make.resnet(at.to("resnets.0"), channels, channels, divisor);
        if (kind.seesText()) {
            int layers = config.transformerLayers(level);
            first = new TextBlock(resnet, new Transformer2D(at.to("attentions.0"), config, level, layers, false));
            second = make.resnet(at.to("resnets.1"), channels, channels, divisor);
        } else {
            first = new TextBlock(resnet, null);
            second = null;
        }
    }

    Tensor apply(Tensor x, Tensor time, TextFeatures text) {
        Tensor h = first.apply(x, time, text);
        return second == null ? h : second.apply(h, time);
    }
}
