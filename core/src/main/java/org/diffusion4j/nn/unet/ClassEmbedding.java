package org.diffusion4j.nn.unet;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;
import org.diffusion4j.nn.TimeEmbedding;
import org.diffusion4j.nn.TimeFeatures;
import org.jspecify.annotations.Nullable;

/** What a label adds to the embedded time, or to the features of it. */
public interface ClassEmbedding {

    /** {@code [batch, width]} for labels {@code [batch]}, made in the caller's scope. */
    Tensor of(Tensor labels, ScalarType dtype);

    /** The configured kind; null for an unconditional network. */
    static @Nullable ClassEmbedding of(UNet2DConfig config, Parameters.Path at, TimeFeatures features) {
        if (config.classEmbedType() == ClassEmbedType.TIMESTEP) {
            TimeEmbedding layers = new TimeEmbedding(at, features.width(), config.timeWidth());
            return (labels, dtype) -> layers.apply(features.of(labels, dtype));
        }
        if (config.classEmbedType() == ClassEmbedType.IDENTITY) {
            return (labels, dtype) -> labels.to(dtype);
        }
        return config.numClassEmbeds() == null ? null : table(at, config.numClassEmbeds(), config.timeWidth());
    }

    /**
     * A learned row for each class.
     *
     * @param at where {@code weight [classes, width]} is declared
     */
    static ClassEmbedding table(Parameters.Path at, int classes, int width) {
        Parameter rows = at.add("weight", new Initialiser.Normal(1), classes, width);
        return (labels, dtype) -> {
            long smallest = labels.min().item_long();
            long largest = labels.max().item_long();
            require(
                    smallest >= 0 && largest < classes,
                    "labels must lie in 0 to %s, was %s",
                    classes - 1,
                    smallest < 0 ? smallest : largest);
            return torch.embedding(rows.value(), labels.to(rows.value().device(), labels.scalar_type()));
        };
    }
}
