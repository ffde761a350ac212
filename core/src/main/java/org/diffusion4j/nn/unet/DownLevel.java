package org.diffusion4j.nn.unet;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * One level on the way down: residual blocks, each perhaps with attention, then half the size.
 *
 * <p>In the skip kinds the input image goes down beside the features, filtered, and is added to them at each size.
 */
final class DownLevel {

    private final List<Block> layers = new ArrayList<>();
    private final @Nullable Block downsample;
    private final @Nullable Conv2d imageConv;

    /** @param level 0 for the largest images */
    DownLevel(Parameters.Path at, UNet2DConfig config, UNet2DLayers make, int level, int in, int out) {
        LevelKind kind = LevelKind.of(config.downBlockTypes().get(level), config.downsampleType());
        for (int i = 0; i < config.layersPerBlock(); i++) {
            int width = i == 0 ? in : out;
            Block resnet = make.resnet(at.to("resnets." + i), kind, width, out, make.groups(kind, width));
            layers.add(
                    kind.attends()
                            ? resnet.then(
                                    make.attention(at.to("attentions." + i), kind, out, config.headWidthDown(out)))
                            : resnet);
        }
        boolean last = level == config.blockOutChannels().size() - 1;
        if (last) {
            downsample = null;
        } else if (kind.skips()) {
            downsample = make.resampling(at.to("resnet_down"), kind, out, Resampling.FIR_DOWN);
        } else if (kind.resnetResampling()) {
            downsample = make.resampling(at.to("downsamplers.0"), kind, out, Resampling.AVERAGE_DOWN);
        } else {
            downsample = new Downsample(at.to("downsamplers.0"), out, config.downsamplePadding());
        }
        imageConv = kind.skips() && !last ? Conv2d.pointwise(at.to("skip_conv"), 3, out) : null;
    }

    /** The image that goes on to the next level. */
    Tensor image(Tensor image) {
        return imageConv == null ? image : Resampling.FIR_DOWN.apply(image);
    }

    /**
     * The features that go on to the next level.
     *
     * @param image what {@link #image} gave
     * @param kept takes the features of each size and depth for the way up
     */
    Tensor forward(Tensor features, Tensor time, Tensor image, Deque<Tensor> kept) {
        Tensor h = features;
        for (Block layer : layers) {
            h = layer.apply(h, time);
            kept.push(h);
        }
        if (downsample != null) {
            h = downsample.apply(h, time);
            if (imageConv != null) {
                h = imageConv.apply(image).add(h);
            }
            kept.push(h);
        }
        return h;
    }
}
