package org.diffusion4j.latent.autoencoder;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.vae.AutoencoderKL;

/** An autoencoder as the trainer sees it: pictures to pictures, whatever the time. */
record AutoencoderNetwork(AutoencoderKL autoencoder) implements Network {

    /** The pictures that the means of the latents stand for. */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        return autoencoder.decode(autoencoder.encode(x).mean());
    }

    @Override
    public Parameters parameters() {
        return autoencoder.parameters();
    }
}
