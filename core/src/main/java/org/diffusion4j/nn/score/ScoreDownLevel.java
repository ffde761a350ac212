package org.diffusion4j.nn.score;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.Resampling;
import org.jspecify.annotations.Nullable;

/** One level on the way down: residual blocks, each perhaps with attention, then half the size, where the input image may join. */
final class ScoreDownLevel {

    private final List<Block> layers = new ArrayList<>();
    private final InputPath path;
    private final double divisor;
    private final Resampling filter;
    private final @Nullable Block downsample;
    private final @Nullable Conv2d imageConv;
    private final int out;

    /** @param in channels that arrive */
    ScoreDownLevel(Parameters.Path at, ScoreUNetConfig config, ScoreUNetLayers make, int level, int in, int image) {
        int width = config.width(level);
        for (int i = 0; i < config.layersPerBlock(); i++) {
            layers.add(make.resnet(at, i, i == 0 ? in : width, width, config.attends(level)));
        }
        path = config.inputPath();
        divisor = config.blocks().divisor();
        filter = make.filterDown();
        boolean last = level == config.lastLevel();
        downsample = last ? null : make.down(at.to("downsampler"), width);
        Parameters.Path join = at.to("skip_conv");
        imageConv = last || path == InputPath.NONE
                ? null
                : path == InputPath.RESIDUAL
                        ? Conv2d.halving(join, image, width, 0)
                        : Conv2d.pointwise(join, image, width);
        out = !last && path == InputPath.CONCAT ? 2 * width : width;
    }

    /** The channels that go on. */
    int out() {
        return out;
    }

    /** The features and the image beside them. */
    record Pair(Tensor features, Tensor image) {}

    /**
     * What goes on to the next level.
     *
     * @param kept takes the features of each size and depth for the way up
     */
    Pair forward(Pair above, Tensor time, Deque<Tensor> kept) {
        Tensor h = above.features;
        for (Block layer : layers) {
            h = layer.apply(h, time);
            kept.push(h);
        }
        if (downsample == null) {
            return new Pair(h, above.image);
        }
        Pair below = joined(downsample.apply(h, time), above.image);
        kept.push(below.features);
        return below;
    }

    private Pair joined(Tensor h, Tensor image) {
        if (imageConv == null) {
            return new Pair(h, image);
        }
        if (path == InputPath.RESIDUAL) {
            Tensor sum = Scoped.result(
                    () -> imageConv.apply(Resampling.firFiltered(image)).add(h).div(new Scalar(divisor)));
            return new Pair(sum, sum);
        }
        Tensor smaller = filter.apply(image);
        Tensor part = imageConv.apply(smaller);
        return new Pair(path == InputPath.SUM ? part.add(h) : torch.cat(new TensorVector(part, h), 1), smaller);
    }
}
