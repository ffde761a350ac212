package org.diffusion4j.latent.autoencoder;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.DiagonalGaussian;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.TimeSampler;
import org.diffusion4j.train.TimeSampling;

/**
 * How far a picture is from what becomes of it by way of a draw of its latents, and how far the latents are from a normal distribution.
 *
 * <p>Rombach et al., CVPR 2022, section 3.1 and appendix G, as latent diffusion's code has it, without its perceptual and its adversarial
 * term: |x − x̂| + klWeight · KL, both sums over a picture, here divided by its number of values. There is no time: all are 0.
 *
 * @param autoencoder borrowed
 */
record AutoencoderLoss(AutoencoderKL autoencoder, double klWeight) implements Loss {

    /**
     * The loss of each picture.
     *
     * @param x0 pictures in [-1, 1]
     * @param noise of which as many values as the latents have are used
     */
    @Override
    public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
        DiagonalGaussian latents = autoencoder.encode(x0);
        long values = x0.numel() / x0.size(0);
        long fewer = latents.mean().numel() / x0.size(0);
        require(
                fewer <= values,
                "the latents have %s values and a picture only %s; take fewer model.latentChannels",
                fewer,
                values);
        Tensor eps = noise.flatten(1, -1).narrow(1, 0, fewer).view_as(latents.mean());
        Tensor error = autoencoder
                .decode(latents.sample(eps))
                .sub(x0)
                .abs()
                .flatten(1, -1)
                .mean(1);
        return error.add(latents.kl().mul(new Scalar(klWeight / values)));
    }

    @Override
    public TimeSampler times() {
        return TimeSampling.UNIFORM.of(1);
    }

    @Override
    public double timeAt(double share) {
        return 0;
    }
}
