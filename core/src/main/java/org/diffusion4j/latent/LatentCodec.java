package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.io.PipelineFolder;
import org.diffusion4j.nn.Divisors;
import org.diffusion4j.nn.unet.PublishedNames;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;
import org.diffusion4j.nn.vae.DiagonalGaussian;

/**
 * Pictures to the latents that the model draws, and back. In float32 always: in 16 bits many published autoencoders overflow.
 *
 * <p>Threads: may be shared; {@link #close} waits for calls under way.
 */
final class LatentCodec implements AutoCloseable {

    private final AutoencoderKL vae;

    /** Of an autoencoder in float32, which it owns. */
    LatentCodec(AutoencoderKL vae) {
        this.vae = vae;
    }

    static LatentCodec load(PipelineFolder folder, Compute compute) {
        PipelineFolder.Part part = folder.part("vae", "AutoencoderKL");
        AutoencoderKLConfig config =
                AutoencoderKLConfig.fromMap(part.config(), part.configFile().toString());
        AutoencoderKL vae = AutoencoderKL.withoutValues(config);
        try (NamedTensors weights = part.openWeights()) {
            vae.parameters()
                    .drawWith(
                            new Compute(compute.device(), Precision.FLOAT32),
                            part.weightsFile().toString(),
                            take -> weights.forEach((name, tensor) -> {
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
            return vae.encode(pictures);
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
                    pictures.push_back(Scoped.result(() -> vae.decode(vae.unscaled(one))));
                }
                return torch.cat(pictures, 0);
            });
        }
    }

    @Override
    public void close() {
        vae.close();
    }
}
