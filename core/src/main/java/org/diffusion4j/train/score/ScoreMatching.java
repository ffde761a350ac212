package org.diffusion4j.train.score;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Score matching of any differentiable score, at one noise level or none: what a model of the score learns when it sees data alone.
 * Everything is differentiable with respect to the score's parameters, and made in the caller's scope.
 */
public final class ScoreMatching {

    private ScoreMatching() {}

    /** A model of the gradient of log p: {@code [batch, …]} to the same shape, differentiable with respect to x. */
    @FunctionalInterface
    public interface Score {
        Tensor at(Tensor x);
    }

    /**
     * The two parts of sliced score matching, one value for each sample.
     *
     * @param size half of the squared size of the score, or of its part along v
     * @param divergence {@code v'·J·v}, where J is the score's Jacobian
     */
    public record Sliced(Tensor size, Tensor divergence) {

        /** The objective. */
        public Tensor sum() {
            return size.add(divergence);
        }
    }

    /**
     * Denoising score matching, {@code ½·‖score(x + sigma·z) + z/sigma‖²}, one value for each sample.
     *
     * <p>Vincent, "A Connection Between Score Matching and Denoising Autoencoders", 2011. The sum over numbers; NCSN multiplies it by
     * sigma² for its levels, as {@link ContinuousLoss} does.
     */
    public static Tensor denoising(Score score, Tensor x, double sigma, Tensor z) {
        Tensor found = score.at(x.add(z, new Scalar(sigma)));
        return torch.flatten(found.add(z, new Scalar(1 / sigma)), 1, -1)
                .square()
                .sum(1)
                .mul(new Scalar(0.5));
    }

    /**
     * Sliced score matching, {@code ½·(v'·score)² + v'·J·v}.
     *
     * <p>Song, Garg, Shi, Ermon, "Sliced Score Matching: A Scalable Approach to Density and Score Estimation", UAI 2019, equation 8. The
     * directions v have unit variance; unit vectors, as in NCSN's code, lack a factor of the number of dimensions in both parts.
     *
     * @param v shaped as x: normal, or −1 and 1
     */
    public static Sliced sliced(Score score, Tensor x, Tensor v) {
        return of(score, x, v, found -> inner(found, v).square());
    }

    /** Sliced score matching with less variance, {@code ½·‖score‖² + v'·J·v} (equation 9 there). */
    public static Sliced slicedWithLessVariance(Score score, Tensor x, Tensor v) {
        return of(score, x, v, found -> inner(found, found));
    }

    private static Sliced of(Score score, Tensor x, Tensor v, Score square) {
        try (AutoGradMode withGradients = new AutoGradMode(true)) {
            Tensor leaf = x.detach().requires_grad_(true);
            Tensor found = score.at(leaf);
            Tensor product = found.mul(v).sum();
            Tensor gradient = gradient(product, leaf);
            return new Sliced(square.at(found).mul(new Scalar(0.5)), inner(gradient, v));
        }
    }

    /** The gradient of a sum with respect to x, itself differentiable. */
    static Tensor gradient(Tensor sum, Tensor x) {
        return new Tensor(torch.grad(
                        new TensorVector(sum),
                        new TensorVector(x),
                        new TensorVector(),
                        new BoolOptional(true),
                        true,
                        false)
                .get(0)); // that one dies with the vector
    }

    private static Tensor inner(Tensor a, Tensor b) {
        return torch.flatten(a.mul(b), 1, -1).sum(1);
    }
}
