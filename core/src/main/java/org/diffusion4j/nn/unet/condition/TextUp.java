package org.diffusion4j.nn.unet.condition;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.Upsample;
import org.jspecify.annotations.Nullable;

/**
 * One level on the way up: residual blocks over the features and those kept on the way down, each perhaps with a transformer, then the
 * size of the level above.
 */
final class TextUp {

    private final List<TextBlock> blocks = new ArrayList<>();
    private final @Nullable Upsample upsample;

    /** @param index counts from the smallest images, as names do */
    TextUp(Parameters.Path at, UNet2DConditionConfig config, TextLayers make, int index) {
        List<Integer> widths = config.blockOutChannels();
        int level = widths.size() - 1 - index;
        int out = widths.get(level);
        int below = widths.get(Math.min(level + 1, widths.size() - 1));
        int above = widths.get(Math.max(level - 1, 0));
        boolean seesText = config.upBlockTypes().get(index).seesText();
        int last = config.layers(level);
        for (int i = 0; i <= last; i++) {
            int in = (i == 0 ? below : out) + (i == last ? above : out);
            blocks.add(make.block(at, level, i, in, seesText));
        }
        upsample = level == 0 ? null : new Upsample(at.to("upsamplers.0"), out);
    }

    /** The features at the size of the level above; takes its share of {@code kept}. */
    Tensor apply(Tensor below, Tensor time, TextFeatures text, Deque<Tensor> kept) {
        Tensor h = below;
        for (TextBlock block : blocks) {
            Tensor features = h;
            h = Scoped.result(() -> block.apply(torch.cat(new TensorVector(features, kept.pop()), 1), time, text));
        }
        if (upsample == null) {
            return h;
        }
        Tensor next = kept.getFirst();
        return upsample.to(h, next.size(2), next.size(3));
    }
}
