package org.diffusion4j.edit;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Scoped;

/**
 * The noises between two: {@code cos(a)·one + sin(a)·other} with a from 0 to π/2 in equal steps, unit normal each. A stochastic sampler
 * driven by them in every step, from one and the same start, draws a row of pictures that goes over from the first to the last.
 *
 * <p>Song, Ermon, "Improved Techniques for Training Score-Based Generative Models", NeurIPS 2020, appendix B.3. A batch of n rows of
 * pictures has n·count samples, the pictures of a row one after the other; {@code one} and {@code other} draw for n.
 *
 * @param count pictures in a row, at least 2
 */
public record InterpolatedNoise(NoiseStream one, NoiseStream other, int count) implements NoiseStream {

    public InterpolatedNoise {
        require(count >= 2, "an interpolation needs at least 2 pictures, was %s", count);
    }

    @Override
    public Tensor draw(int step, Tensor like) {
        require(like.size(0) % count == 0, "a batch of %s samples has no rows of %s pictures", like.size(0), count);
        return Scoped.result(() -> {
            Tensor rows = like.narrow(0, 0, like.size(0) / count);
            Tensor first = one.draw(step, rows);
            Tensor second = other.draw(step, rows);
            TensorVector pictures = new TensorVector();
            for (int k = 0; k < count; k++) {
                double angle = Math.PI / 2 * k / (count - 1);
                pictures.push_back(first.mul(new Scalar(Math.cos(angle))).add(second, new Scalar(Math.sin(angle))));
            }
            return torch.stack(pictures, 1).view_as(like);
        });
    }
}
