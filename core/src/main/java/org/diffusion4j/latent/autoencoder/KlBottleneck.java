package org.diffusion4j.latent.autoencoder;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.DiagonalGaussian;

/**
 * A draw of the latents, whose penalty is klWeight · KL: how far they are from a normal distribution, a sum over a picture, here divided by
 * its number of values.
 *
 * @param autoencoder borrowed
 */
record KlBottleneck(AutoencoderKL autoencoder, double klWeight) implements Bottleneck {

    /**
     * {@inheritDoc}
     *
     * @param noise of which as many values as the latents have are used
     */
    @Override
    public Passed pass(Tensor pictures, Tensor noise) {
        DiagonalGaussian latents = autoencoder.encode(pictures);
        long values = pictures.numel() / pictures.size(0);
        long fewer = latents.mean().numel() / pictures.size(0);
        Tensor eps = noise.flatten(1, -1).narrow(1, 0, fewer).view_as(latents.mean());
        return new Passed(autoencoder.decode(latents.sample(eps)), latents.kl().mul(new Scalar(klWeight / values)));
    }
}
