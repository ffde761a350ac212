package org.diffusion4j.nn.unet;

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
import org.jspecify.annotations.Nullable;

/**
 * One level on the way up: residual blocks over the features and those kept on the way down, each perhaps with attention, then
 * twice the size.
 *
 * <p>In the skip kinds each size adds to an image that grows beside the features and becomes part of the output.
 */
final class UpLevel {

    private final List<Block> layers = new ArrayList<>();
    private final @Nullable Block upsample;
    private final boolean skips;
    private final @Nullable GroupNorm imageNorm;
    private final @Nullable Conv2d imageConv;

    /**
     * @param below channels of the level below, whence the features come
     * @param above channels of the level above, whence the last kept features come
     */
    UpLevel(Parameters.Path at, UNet2DConfig config, UNet2DLayers make, int index, int below, int out, int above) {
        LevelKind kind = LevelKind.of(config.upBlockTypes().get(index), config.upsampleType());
        int last = config.layersPerBlock();
        for (int i = 0; i <= last; i++) {
            int features = i == 0 ? below : out;
            int kept = i == last ? above : out;
            // In diffusers AttnSkipUpBlock2D divides only the kept channels by 4, a slip of precedence that the weights
            // contain.
            int groups = kind.skips() && kind.attends()
                    ? Math.min(features + kept / 4, 32)
                    : make.groups(kind, features + kept);
            Block resnet = make.resnet(at.to("resnets." + i), kind, features + kept, out, groups);
            boolean attends = kind.attends() && (!kind.skips() || i == last);
            String attention = "attentions." + (kind.skips() ? 0 : i);
            layers.add(
                    attends
                            ? resnet.then(make.attention(at.to(attention), kind, out, config.headWidthUp(out)))
                            : resnet);
        }
        skips = kind.skips();
        boolean largest = index == config.blockOutChannels().size() - 1;
        if (largest) {
            upsample = null;
        } else if (skips) {
            upsample = make.resampling(at.to("resnet_up"), kind, out, Resampling.FIR_UP);
        } else if (kind.resnetResampling()) {
            upsample = make.resampling(at.to("upsamplers.0"), kind, out, Resampling.NEAREST_UP);
        } else {
            upsample = new Upsample(at.to("upsamplers.0"), out);
        }
        boolean draws = skips && !largest;
        imageConv = draws ? Conv2d.same(at.to("skip_conv"), out, config.outChannels()) : null;
        imageNorm = draws ? new GroupNorm(at.to("skip_norm"), out, make.groups(kind, out), config.normEps()) : null;
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

    /** The image so far, grown, with this level's part in it; null before the first. */
    @Nullable
    Tensor image(Tensor features, @Nullable Tensor image) {
        if (!skips) {
            return image;
        }
        Tensor grown = image == null ? null : Resampling.FIR_UP.apply(image);
        if (imageConv == null || imageNorm == null) {
            return grown;
        }
        Tensor own = imageConv.apply(torch.silu(imageNorm.apply(features)));
        return grown == null ? own : grown.add(own);
    }

    /** The features at the size of the next level. */
    Tensor grown(Tensor features, Tensor time) {
        return upsample == null ? features : upsample.apply(features, time);
    }
}
