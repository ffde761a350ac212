package org.diffusion4j.nn.unet.condition;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.Downsample;
import org.jspecify.annotations.Nullable;

/** One level on the way down: residual blocks, each perhaps with a transformer, then half the size. */
final class TextDown {

    private final List<TextBlock> blocks = new ArrayList<>();
    private final @Nullable Downsample downsample;

    /** @param level 0 for the largest images */
    TextDown(Parameters.Path at, UNet2DConditionConfig config, TextLayers make, int level) {
        List<Integer> widths = config.blockOutChannels();
        int out = widths.get(level);
        boolean seesText = config.downBlockTypes().get(level).seesText();
        for (int i = 0; i < config.layers(level); i++) {
            int in = i == 0 ? widths.get(Math.max(level - 1, 0)) : out;
            blocks.add(make.block(at, level, i, in, seesText));
        }
        boolean last = level == widths.size() - 1;
        downsample = last ? null : new Downsample(at.to("downsamplers.0"), out, config.downsamplePadding());
    }

    /** The features that go on; {@code kept} takes those of each size and depth for the way up. */
    Tensor apply(Tensor features, Tensor time, TextFeatures text, Deque<Tensor> kept) {
        Tensor h = features;
        for (TextBlock block : blocks) {
            h = block.apply(h, time, text);
            kept.push(h);
        }
        if (downsample != null) {
            h = downsample.apply(h, time);
            kept.push(h);
        }
        return h;
    }
}
