package org.diffusion4j.nn.unet.condition;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.Sum;

/** A transformer over the pixels of an image, with a residual sum: norm, projection, layers, projection back, which begins at zero. */
final class Transformer2D {

    private static final double EPS = 1e-6; // not that of the residual blocks

    private final GroupNorm norm;
    private final UnaryOperator<Tensor> projectionIn;
    private final List<TransformerBlock> layers = new ArrayList<>();
    private final UnaryOperator<Tensor> projectionOut;

    /**
     * A new transformer.
     *
     * @param level of the configuration, whose heads, layers and text width it has
     * @param textOnly whether the first attention of each layer sees the text too
     */
    Transformer2D(Parameters.Path at, UNet2DConditionConfig config, int level, int layerCount, boolean textOnly) {
        int channels = config.blockOutChannels().get(level);
        norm = new GroupNorm(at.to("norm"), channels, config.normNumGroups(), EPS);
        if (config.useLinearProjection()) {
            projectionIn = new Linear(at.to("proj_in"), channels, channels)::applyToPixels;
            projectionOut = Linear.zero(at.to("proj_out"), channels, channels)::applyToPixels;
        } else {
            projectionIn = Conv2d.pointwise(at.to("proj_in"), channels, channels)::apply;
            projectionOut = Conv2d.zeroPointwise(at.to("proj_out"), channels, channels)::apply;
        }
        for (int i = 0; i < layerCount; i++) {
            layers.add(new TransformerBlock(
                    at.to("transformer_blocks." + i),
                    channels,
                    config.textWidth(level),
                    config.heads(level),
                    textOnly,
                    config.upcastAttention()));
        }
    }

    /**
     * The image with what its pixels gathered, made in the caller's scope.
     *
     * @param x {@code [batch, channels, height, width]}
     */
    Tensor apply(Tensor x, TextFeatures text) {
        return Scoped.result(() -> {
            Tensor image = projectionIn.apply(norm.apply(x));
            Tensor tokens = image.permute(0, 2, 3, 1)
                    .reshape(image.size(0), image.size(2) * image.size(3), image.size(1))
                    .contiguous();
            for (TransformerBlock layer : layers) {
                tokens = layer.apply(tokens, text);
            }
            Tensor back = tokens.view(x.size(0), x.size(2), x.size(3), -1).permute(0, 3, 1, 2);
            return Sum.into(projectionOut.apply(Layout.ofImage(back)), x);
        });
    }
}
