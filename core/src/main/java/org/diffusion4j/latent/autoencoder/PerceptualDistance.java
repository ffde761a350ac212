package org.diffusion4j.latent.autoencoder;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.image.measure.Classifier;

/**
 * How far pictures are apart in the eyes of a classifier: at each level of the network the features of a place, scaled to unit length, are
 * subtracted and squared; the sum over channels is averaged over places, and the levels are summed.
 *
 * <p>Zhang, Isola, Efros, Shechtman, Wang, "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", CVPR 2018, equation
 * 1, with all weights w = 1, which makes it the cosine distance, twice: LPIPS has weights that were learned for the networks of ImageNet,
 * and these files are not read.
 *
 * <p>Threads: may be shared.
 *
 * @param classifier borrowed
 */
record PerceptualDistance(Classifier classifier) {

    private static final double EPS = 1e-10; // beside the squared length, so that features of zero have a gradient

    /**
     * The distance of each pair of pictures, differentiable where gradients are enabled.
     *
     * @param x {@code [batch, channels, height, width]} in [-1, 1]
     * @param y shaped alike
     * @return {@code [batch]}, made in the caller's scope
     */
    Tensor of(Tensor x, Tensor y) {
        return Scoped.result(() -> {
            List<Tensor> left = classifier.maps(x);
            List<Tensor> right = classifier.maps(y);
            Tensor sum = level(left.get(0), right.get(0));
            for (int i = 1; i < left.size(); i++) {
                sum = sum.add(level(left.get(i), right.get(i)));
            }
            return sum;
        });
    }

    static Tensor level(Tensor left, Tensor right) {
        return unit(left).sub(unit(right)).square().sum(1).flatten(1, -1).mean(1);
    }

    private static Tensor unit(Tensor features) {
        return features.mul(features.square()
                .sum(new long[] {1}, true, new ScalarTypeOptional())
                .add(new Scalar(EPS))
                .rsqrt());
    }
}
