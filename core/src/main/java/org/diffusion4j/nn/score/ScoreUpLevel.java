package org.diffusion4j.nn.score;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.Resampling;
import org.jspecify.annotations.Nullable;

/** One level on the way up: residual blocks over the features and those kept on the way down, attention, then twice the size. */
final class ScoreUpLevel {

    private final List<Block> layers = new ArrayList<>();
    private final Resampling filter;
    private final @Nullable Block upsample;
    private final @Nullable GroupNorm imageNorm;
    private final @Nullable Conv2d imageConv;

    /**
     * @param below channels that arrive
     * @param kept takes from its top the channels of what was kept on the way down
     */
    ScoreUpLevel(
            Parameters.Path at,
            ScoreUNetConfig config,
            ScoreUNetLayers make,
            int level,
            int below,
            Deque<Integer> kept) {
        int width = config.width(level);
        int last = config.layersPerBlock();
        for (int i = 0; i <= last; i++) {
            boolean attends = config.attends(level) && (i == last || config.blocks() == ScoreBlocks.ADM);
            layers.add(make.resnet(at, i, (i == 0 ? below : width) + kept.pop(), width, attends));
        }
        filter = make.filterUp();
        imageNorm = config.outputSkip() ? make.norm(at.to("skip_norm"), width) : null;
        imageConv = config.outputSkip() ? Conv2d.zero(at.to("skip_conv"), width, config.outChannels()) : null;
        upsample = level == 0 ? null : make.up(at.to("upsampler"), width);
    }

    /** The features of this level before they grow; takes its share of {@code kept}. */
    Tensor features(Tensor below, Tensor time, Deque<Tensor> kept) {
        Tensor h = below;
        for (Block layer : layers) {
            Tensor features = h;
            h = Scoped.result(() -> layer.apply(torch.cat(new TensorVector(features, kept.pop()), 1), time));
        }
        return h;
    }

    /** The image so far, grown, with this level's part in it; null where none is drawn. */
    @Nullable
    Tensor image(Tensor features, @Nullable Tensor image) {
        if (imageNorm == null || imageConv == null) {
            return image;
        }
        Tensor own = imageConv.apply(torch.silu(imageNorm.apply(features)));
        return image == null ? own : filter.apply(image).add(own);
    }

    /** The features at the size of the next level. */
    Tensor grown(Tensor features, Tensor time) {
        return upsample == null ? features : upsample.apply(features, time);
    }
}
