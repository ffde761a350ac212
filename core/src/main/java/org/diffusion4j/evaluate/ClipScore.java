package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;

/**
 * How well pictures fit their texts by CLIP: 100 times the cosine between the features of each pair.
 *
 * <p>Hessel et al., "CLIPScore", EMNLP 2021, section 3, which multiplies by 2.5 and takes negative cosines for 0; figures in papers on
 * diffusion are 100 times the plain cosine, as torchmetrics has it. Figures are comparable for the same CLIP only.
 *
 * @param pairs the score of each pair, in [-100, 100]
 */
public record ClipScore(List<Double> pairs) {

    private static final double SCALE = 100;

    /**
     * Of pairs.
     *
     * @param texts {@code [n, width]} of unit length, as {@code nn.clip.ClipModel} gives them
     * @param pictures {@code [n, width]} of unit length, in the same order
     */
    public static ClipScore of(Tensor texts, Tensor pictures) {
        require(
                texts.size(0) == pictures.size(0) && texts.size(0) > 0,
                "each picture needs a text: there are %s pictures and %s texts",
                pictures.size(0),
                texts.size(0));
        try (PointerScope scope = new PointerScope()) {
            double[] pairs = Tensors.toArray(texts.mul(pictures).sum(1).mul(new Scalar(SCALE)));
            return new ClipScore(Arrays.stream(pairs).boxed().toList());
        }
    }

    /** The mean over the pairs, at least 0 as in torchmetrics. */
    public double mean() {
        return Math.max(
                0, pairs.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
    }
}
