package org.diffusion4j.nn.vae;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;

/**
 * The autoencoder whose latents are rows of a codebook.
 *
 * <p>van den Oord, Vinyals, Kavukcuoglu, "Neural Discrete Representation Learning", NeurIPS 2017; Esser, Rombach, Ommer, "Taming
 * Transformers for High-Resolution Image Synthesis", CVPR 2021; parameters as in diffusers' {@code VQModel}.
 *
 * <p>Threads: it may be used by many at once while nobody changes the parameters; {@link #close} waits for calls under way.
 */
public final class VQModel implements PictureAutoencoder {

    /**
     * Latents as rows of the codebook. All are made in the scope of the caller of {@link #quantize}.
     *
     * @param values {@code [batch, rowWidth, height, width]}: the rows, whose gradient goes to the latents as if they were those
     * @param indices int64 {@code [batch, height, width]}
     * @param codebook equation 3's second term as a mean over all numbers, a scalar: by its gradient rows go towards latents
     * @param commitment the third without its weight, of the same value: by its gradient latents go towards rows
     */
    public record Quantized(Tensor values, Tensor indices, Tensor codebook, Tensor commitment) {

        /**
         * The terms together.
         *
         * <p>The first code of Esser et al., and diffusers with it, has beta at the codebook's term instead, which its authors keep as
         * {@code legacy}; the value is the same.
         *
         * @param beta the weight of the commitment; 0.25 in section 3.2
         * @return a scalar, made in the caller's scope
         */
        public Tensor loss(double beta) {
            return Scoped.result(() -> codebook.add(commitment, new Scalar(beta)));
        }

        /**
         * How many rows would be in use if all were used alike: {@code exp(−Σ p·log p)} of the shares p of the codebook's rows among the
         * latents.
         *
         * @return from 1 to the number of rows
         */
        public double perplexity() {
            try (PointerScope scope = new PointerScope()) {
                Tensor counts = torch.bincount(indices.flatten()).to(ScalarType.Double);
                Tensor shares = counts.div(counts.sum());
                return Math.exp(-torch.xlogy(shares, shares).sum().item_double());
            }
        }
    }

    private final VQModelConfig config;
    private final Autoencoder autoencoder;
    private final Parameter codebook;

    /**
     * A new autoencoder.
     *
     * @param dtype float32 in use, float64 in tests
     */
    public VQModel(VQModelConfig config, long seed, ScalarType dtype) {
        this.config = config;
        int latent = config.latentChannels();
        int width = config.rowWidth();
        autoencoder = new Autoencoder(
                config.levels(),
                new Autoencoder.Channels(config.inChannels(), config.outChannels(), latent, latent, width, width),
                true,
                true,
                dtype);
        int rows = config.numVqEmbeddings();
        codebook = parameters()
                .root()
                .to("quantize.embedding")
                .add("weight", new Initialiser.Uniform(1.0 / rows), rows, width);
        parameters().allocate(seed, dtype);
    }

    /**
     * The latents of pictures, not yet quantized; differentiable where gradients are enabled.
     *
     * @param pictures {@code [batch, inChannels, height, width]} in [-1, 1]
     * @return {@code [batch, rowWidth, height / factor, width / factor]}, made in the caller's scope
     * @throws IllegalArgumentException if the channels are others, or a side does not divide by {@code config().factor()}
     */
    public Tensor encode(Tensor pictures) {
        return autoencoder.encode(pictures);
    }

    /**
     * The rows of the codebook that are nearest to latents.
     *
     * @param latents {@code [batch, rowWidth, height, width]}
     */
    public Quantized quantize(Tensor latents) {
        try (CloseGuard.Use use = parameters().use()) {
            Tensor indices = Scoped.result(
                    () -> nearest(latents.detach(), codebook.value().detach()));
            Tensor rows = torch.embedding(codebook.value(), indices).permute(0, 3, 1, 2);
            Tensor towardsLatents = rows.sub(latents.detach()).square().mean();
            Tensor towardsRows = latents.sub(rows.detach()).square().mean();
            return new Quantized(
                    latents.add(rows.sub(latents).detach()), // straight through
                    indices,
                    towardsLatents,
                    towardsRows);
        }
    }

    /** The index of the row at least Euclidean distance, int64 {@code [batch, height, width]}. */
    private static Tensor nearest(Tensor latents, Tensor rows) {
        Tensor points = latents.permute(0, 2, 3, 1);
        return torch.cdist(points.flatten(0, 2), rows)
                .argmin(new LongOptional(1), false)
                .view(points.size(0), points.size(1), points.size(2));
    }

    /**
     * The pictures of latents, which are taken as they are: quantize them first, unless they are to lie between rows.
     *
     * @param latents {@code [batch, rowWidth, height, width]}
     * @return {@code [batch, outChannels, height · factor, width · factor]}, about in [-1, 1], made in the caller's scope
     * @throws IllegalArgumentException if the channels are others
     */
    public Tensor decode(Tensor latents) {
        return autoencoder.decode(latents);
    }

    /** By way of the rows that are nearest to the latents. */
    @Override
    public Tensor reconstruct(Tensor pictures) {
        return Scoped.result(() -> decode(quantize(encode(pictures)).values()));
    }

    @Override
    public VQModelConfig config() {
        return config;
    }

    @Override
    public Parameters parameters() {
        return autoencoder.parameters();
    }

    @Override
    public void close() {
        parameters().close();
    }
}
