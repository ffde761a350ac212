package org.diffusion4j.nn.vae;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Parameters;

/**
 * An autoencoder of pictures, whatever its latents are.
 *
 * <p>Threads: it may be used by many at once while nobody changes the parameters; {@link #close} waits for calls under way.
 */
public sealed interface PictureAutoencoder extends AutoCloseable permits AutoencoderKL, VQModel {

    /** The settings it was made with. */
    PictureAutoencoderConfig config();

    /**
     * What comes back of pictures, without chance; differentiable where gradients are enabled.
     *
     * @param pictures {@code [batch, inChannels, height, width]} in [-1, 1]
     * @return shaped alike, about in [-1, 1], made in the caller's scope
     * @throws IllegalArgumentException if the channels are others, or a side does not divide by {@code config().factor()}
     */
    Tensor reconstruct(Tensor pictures);

    /** The parameters, borrowed: they live as long as the autoencoder. */
    Parameters parameters();

    /** The weights of the decoder's last convolution, borrowed; a leaf of autograd where gradients are enabled. */
    default Tensor lastLayer() {
        return parameters().get("decoder.conv_out.weight").value();
    }

    @Override
    void close();
}
