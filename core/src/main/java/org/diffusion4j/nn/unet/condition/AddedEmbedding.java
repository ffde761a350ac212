package org.diffusion4j.nn.unet.condition;

import static org.diffusion4j.engine.Require.require;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.TimeEmbedding;
import org.diffusion4j.nn.TimeFeatures;

/**
 * What SDXL adds to the embedded time: a text's features, and the sizes of a picture, each as sines (Podell et al., "SDXL", 2023,
 * section 2.2).
 */
final class AddedEmbedding {

    private final TimeFeatures sines;
    private final TimeEmbedding layers;
    private final int width;

    AddedEmbedding(Parameters.Path at, UNet2DConditionConfig config) {
        int each = Objects.requireNonNull(config.additionTimeEmbedDim());
        width = Objects.requireNonNull(config.projectionClassEmbeddingsInputDim());
        sines = new TimeFeatures.Sines(each, config.freqShift(), config.flipSinToCos());
        layers = new TimeEmbedding(at, width, config.timeWidth());
    }

    /** {@code [batch, timeWidth]}, made in the caller's scope. */
    Tensor of(Tensor text, Tensor sizes, ScalarType dtype) {
        return layers.apply(features(text, sizes, dtype));
    }

    /**
     * What the layers receive: the text's features and the sines of the sizes.
     *
     * @param text {@code [batch, textWidth]}
     * @param sizes {@code [batch, count]}
     */
    Tensor features(Tensor text, Tensor sizes, ScalarType dtype) {
        Tensor sizesAsSines = sines(sizes, dtype);
        require(
                text.size(1) + sizesAsSines.size(1) == width,
                "the text's %s features and %s sizes of %s each make %s, the network needs %s",
                text.size(1),
                sizes.size(1),
                sines.width(),
                text.size(1) + sizesAsSines.size(1),
                width);
        return torch.cat(new TensorVector(text.to(dtype), sizesAsSines), 1);
    }

    /** {@code [batch, count · width]}. */
    Tensor sines(Tensor sizes, ScalarType dtype) {
        return sines.of(sizes.flatten(), dtype).view(sizes.size(0), -1);
    }
}
