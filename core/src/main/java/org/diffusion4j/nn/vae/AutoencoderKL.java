package org.diffusion4j.nn.vae;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Parameters;

/**
 * The autoencoder of latent diffusion with a normal distribution for each latent: pictures to small latents and back.
 *
 * <p>Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", CVPR 2022, section 3.1; parameters as in
 * diffusers' {@code AutoencoderKL}, older names by {@code nn.unet.PublishedNames}. New weights are PyTorch's defaults, but zero in the
 * last layer of each residual block and of attention.
 *
 * <p>Large pictures need much memory; {@link Tiles} codes them piece by piece.
 *
 * <p>Threads: it may be used by many at once while nobody changes the parameters; {@link #close} waits for calls under way.
 */
public final class AutoencoderKL implements PictureAutoencoder {

    private final AutoencoderKLConfig config;
    private final Autoencoder autoencoder;

    /**
     * A new autoencoder.
     *
     * @param dtype float32 in use, float64 in tests
     */
    public AutoencoderKL(AutoencoderKLConfig config, long seed, ScalarType dtype) {
        this(config, dtype);
        parameters().allocate(seed, dtype);
    }

    /** One in float32 whose parameters have names and shapes and no values: to see what a configuration means, without its memory. */
    public static AutoencoderKL withoutValues(AutoencoderKLConfig config) {
        return new AutoencoderKL(config, ScalarType.Float);
    }

    private AutoencoderKL(AutoencoderKLConfig config, ScalarType dtype) {
        this.config = config;
        int latent = config.latentChannels();
        autoencoder = new Autoencoder(
                config.levels(),
                new Autoencoder.Channels(
                        config.inChannels(), config.outChannels(), 2 * latent, latent, 2 * latent, latent),
                config.useQuantConv(),
                config.usePostQuantConv(),
                dtype);
    }

    /**
     * The distribution of the latents of pictures, before {@link #scaled}; differentiable where gradients are enabled.
     *
     * @param pictures {@code [batch, inChannels, height, width]} in [-1, 1]
     * @return of {@code [batch, latentChannels, height / factor, width / factor]}, made in the caller's scope
     * @throws IllegalArgumentException if the channels are others, or a side does not divide by {@code config().factor()}
     */
    public DiagonalGaussian encode(Tensor pictures) {
        return DiagonalGaussian.ofMoments(moments(pictures));
    }

    Tensor moments(Tensor pictures) {
        return autoencoder.encode(pictures);
    }

    /**
     * The pictures of latents, differentiable where gradients are enabled.
     *
     * @param latents {@code [batch, latentChannels, height, width]}, as {@link #encode} returns them
     * @return {@code [batch, outChannels, height · factor, width · factor]}, about in [-1, 1], made in the caller's scope
     * @throws IllegalArgumentException if the channels are others
     */
    public Tensor decode(Tensor latents) {
        return autoencoder.decode(latents);
    }

    /** By way of the means of the distributions. */
    @Override
    public Tensor reconstruct(Tensor pictures) {
        return Scoped.result(() -> decode(encode(pictures).mean()));
    }

    /**
     * Latents as the diffusion model has them, of about unit variance: shifted and scaled as the configuration says.
     *
     * @param latents {@code [batch, latentChannels, height, width]}, as {@link #encode} returns them
     * @return shaped alike, made in the caller's scope
     */
    public Tensor scaled(Tensor latents) {
        return Scoped.result(() -> latents.sub(mean(latents)).mul(factor(latents)));
    }

    /** The inverse of {@link #scaled}: from the diffusion model's latents to those that {@link #decode} takes. */
    public Tensor unscaled(Tensor latents) {
        return Scoped.result(() -> latents.div(factor(latents)).add(mean(latents)));
    }

    private Tensor mean(Tensor latents) {
        if (config.latentsMean().isEmpty()) {
            Double shift = config.shiftFactor();
            return beside(latents, shift == null ? 0 : shift);
        }
        return beside(
                latents,
                config.latentsMean().stream().mapToDouble(Double::doubleValue).toArray());
    }

    private Tensor factor(Tensor latents) {
        double scale = config.scalingFactor();
        return config.latentsStd().isEmpty()
                ? beside(latents, scale)
                : beside(
                        latents,
                        config.latentsStd().stream()
                                .mapToDouble(std -> scale / std)
                                .toArray());
    }

    /** A value for each channel, or one for all. */
    private static Tensor beside(Tensor latents, double... values) {
        return Tensors.of(values).to(latents).view(1, -1, 1, 1);
    }

    @Override
    public AutoencoderKLConfig config() {
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
