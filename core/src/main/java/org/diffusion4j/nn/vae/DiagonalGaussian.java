package org.diffusion4j.nn.vae;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.diffusion4j.engine.Scoped;

/**
 * Independent normal distributions, one for each number of a latent: the posterior of an autoencoder (Kingma, Welling, "Auto-Encoding
 * Variational Bayes", ICLR 2014, appendix B). Its most likely value is {@code mean}. What methods return is made in the caller's scope.
 *
 * @param mean {@code [batch, channels, height, width]}
 * @param logVariance shaped alike, in [-30, 20]
 */
public record DiagonalGaussian(Tensor mean, Tensor logVariance) {

    private static final double LEAST = -30; // of the authors' code: deviations from 3e-7
    private static final double MOST = 20; // to 2e4
    private static final double LOG_2_PI = Math.log(2 * Math.PI);

    /**
     * From what an encoder returns.
     *
     * @param moments {@code [batch, 2·channels, height, width]}: means, then logarithms of variances, which are clamped
     */
    static DiagonalGaussian ofMoments(Tensor moments) {
        TensorVector halves = moments.chunk(2, 1);
        Tensor clamped =
                halves.get(1).clamp(new ScalarOptional(new Scalar(LEAST)), new ScalarOptional(new Scalar(MOST)));
        return new DiagonalGaussian(halves.get(0), clamped);
    }

    /** The standard deviation of each number. */
    public Tensor std() {
        return Scoped.result(() -> logVariance.mul(new Scalar(0.5)).exp());
    }

    /**
     * A draw.
     *
     * @param noise standard normal, shaped as the mean
     */
    public Tensor sample(Tensor noise) {
        return Scoped.result(() -> mean.add(std().mul(noise)));
    }

    /**
     * The Kullback–Leibler divergence from the standard normal distribution.
     *
     * @return {@code [batch]}, in nats, summed over each latent; differentiable
     */
    public Tensor kl() {
        return Scoped.result(
                () -> half(mean.square().add(logVariance.exp()).sub(logVariance).sub(new Scalar(1))));
    }

    /**
     * The negative logarithm of the density at some place.
     *
     * @param x shaped as the mean
     * @return {@code [batch]}, in nats, summed over each latent; differentiable
     */
    public Tensor nll(Tensor x) {
        return Scoped.result(() -> {
            Tensor scaled = x.sub(mean).square().mul(logVariance.neg().exp());
            return half(scaled.add(logVariance).add(new Scalar(LOG_2_PI)));
        });
    }

    private static Tensor half(Tensor terms) {
        return terms.flatten(1, -1).sum(1).mul(new Scalar(0.5));
    }
}
