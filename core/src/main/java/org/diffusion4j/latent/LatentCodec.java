package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.diffusers.weights.ModelPart;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Divisors;
import org.diffusion4j.nn.unet.PublishedNames;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;
import org.diffusion4j.nn.vae.DiagonalGaussian;
import org.diffusion4j.nn.vae.Tiles;
import org.jspecify.annotations.Nullable;

/**
 * Pictures to the latents that the model draws, and back. In float32 always: in 16 bits many published autoencoders overflow.
 *
 * <p>Threads: may be shared; {@link #close} waits for calls under way.
 */
final class LatentCodec implements AutoCloseable {

    private final AutoencoderKL vae;
    private final @Nullable Tiles tiles;

    /** Of an autoencoder in float32, which it owns. */
    LatentCodec(AutoencoderKL vae) {
        this(vae, null);
    }

    private LatentCodec(AutoencoderKL vae, @Nullable Tiles tiles) {
        this.vae = vae;
        this.tiles = tiles;
    }

    /** The same, piece by piece or, for null, whole pictures; borrowed. */
    LatentCodec by(@Nullable Tiles other) {
        return new LatentCodec(vae, other);
    }

    static LatentCodec load(PartFiles files, Compute compute) {
        AutoencoderKLConfig config =
                AutoencoderKLConfig.fromMap(files.config(ModelPart.VAE), files.configSource(ModelPart.VAE));
        AutoencoderKL vae = AutoencoderKL.withoutValues(config);
        try {
            vae.parameters()
                    .drawWithNarrow(
                            new Compute(compute.device(), Precision.FLOAT32),
                            files.weightsSource(ModelPart.VAE),
                            take -> files.weights(ModelPart.VAE, (name, tensor) -> {
                                try (PointerScope scope = new PointerScope()) {
                                    PublishedNames.present(Map.of(name, tensor)).forEach(take);
                                }
                            }));
            return new LatentCodec(vae);
        } catch (RuntimeException | Error e) {
            vae.close();
            throw e;
        }
    }

    /** How many pixels of a side become one of the latents. */
    int factor() {
        return vae.config().factor();
    }

    /** The channels of latents. */
    int channels() {
        return vae.config().latentChannels();
    }

    AutoencoderKL autoencoder() {
        return vae;
    }

    /** Refuses pictures whose sides the autoencoder cannot divide. */
    void requireSize(String what, long size) {
        require(
                size > 0 && size % factor() == 0,
                "%s %s does not divide by %s, as the autoencoder needs; the nearest that do are %s",
                what,
                size,
                factor(),
                Divisors.nearestMultiples(size, factor()));
    }

    /**
     * The distribution of the latents of pictures, made in the caller's scope.
     *
     * @param pictures float32 {@code [batch, 3, height, width]} in [-1, 1]
     */
    DiagonalGaussian encode(Tensor pictures) {
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            return tiles == null ? vae.encode(pictures) : tiles.encode(vae, pictures);
        }
    }

    /** Latents as the model draws them. */
    Tensor scaled(Tensor latents) {
        return vae.scaled(latents);
    }

    /**
     * The pictures of latents, one at a time; made in the caller's scope.
     *
     * @param latents as the model draws them, {@code [batch, channels, height, width]}
     * @return float32 {@code [batch, 3, height, width]}, about in [-1, 1]
     */
    Tensor decode(Tensor latents) {
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            return Scoped.result(() -> {
                TensorVector pictures = new TensorVector();
                for (long i = 0; i < latents.size(0); i++) {
                    Tensor one = latents.narrow(0, i, 1).to(ScalarType.Float);
                    pictures.push_back(Scoped.result(() -> decoded(vae.unscaled(one))));
                }
                return torch.cat(pictures, 0);
            });
        }
    }

    private Tensor decoded(Tensor latents) {
        return tiles == null ? vae.decode(latents) : tiles.decode(vae, latents);
    }

    @Override
    public void close() {
        vae.close();
    }
}
