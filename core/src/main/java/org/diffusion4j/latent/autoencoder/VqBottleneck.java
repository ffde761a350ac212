package org.diffusion4j.latent.autoencoder;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.vae.VQModel;

/**
 * The rows of the codebook that are nearest to the latents, whose penalty draws rows and latents to each other.
 *
 * <p>van den Oord, Vinyals, Kavukcuoglu, "Neural Discrete Representation Learning", NeurIPS 2017, equation 3, whose terms are here means
 * over all numbers of a batch, so that each picture has the same penalty. The decoder's gradient goes past the rows straight to the
 * encoder.
 *
 * @param autoencoder borrowed
 * @param beta the weight of the commitment
 */
record VqBottleneck(VQModel autoencoder, double beta) implements Bottleneck {

    @Override
    public Passed pass(Tensor pictures, Tensor noise) {
        VQModel.Quantized latents = autoencoder.quantize(autoencoder.encode(pictures));
        return new Passed(
                autoencoder.decode(latents.values()), latents.loss(beta).expand(pictures.size(0)));
    }

    /** The {@linkplain VQModel.Quantized#perplexity perplexity} of the codebook. */
    @Override
    public Map<String, Double> figures(Tensor pictures) {
        try (PointerScope scope = new PointerScope()) {
            return Map.of(
                    "perplexity",
                    autoencoder.quantize(autoencoder.encode(pictures)).perplexity());
        }
    }
}
