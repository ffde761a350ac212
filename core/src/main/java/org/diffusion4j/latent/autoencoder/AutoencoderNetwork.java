package org.diffusion4j.latent.autoencoder;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.vae.PictureAutoencoder;

/** An autoencoder as the trainer sees it: pictures to pictures, whatever the time. */
record AutoencoderNetwork(PictureAutoencoder autoencoder) implements Network {

    /** What comes back of pictures. */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        return autoencoder.reconstruct(x);
    }

    @Override
    public Parameters parameters() {
        return autoencoder.parameters();
    }
}
