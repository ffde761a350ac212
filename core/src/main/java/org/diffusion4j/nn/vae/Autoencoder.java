package org.diffusion4j.nn.vae;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Divisors;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/** Encoder and decoder with the 1×1 convolutions at the bottleneck; {@code allocate} their parameters before use. */
final class Autoencoder {

    /**
     * The channels of what flows through.
     *
     * @param pictures that the encoder receives
     * @param drawn that the decoder returns
     * @param encoded after the encoder
     * @param latent that the decoder receives
     * @param moments after the convolution behind the encoder
     * @param code before the convolution in front of the decoder
     */
    record Channels(int pictures, int drawn, int encoded, int latent, int moments, int code) {}

    private final Parameters parameters = new Parameters("the autoencoder");
    private final CoderLevels levels;
    private final Channels channels;
    private final ScalarType dtype;
    private final Block encoder;
    private final Block decoder;
    private final @Nullable Conv2d quantConv;
    private final @Nullable Conv2d postQuantConv;

    Autoencoder(CoderLevels levels, Channels channels, boolean quantConv, boolean postQuantConv, ScalarType dtype) {
        this.levels = levels;
        this.channels = channels;
        this.dtype = dtype;
        Parameters.Path root = parameters.root();
        encoder = levels.encoder(root.to("encoder"), channels.pictures, channels.encoded);
        decoder = levels.decoder(root.to("decoder"), channels.latent, channels.drawn);
        this.quantConv = quantConv ? Conv2d.pointwise(root.to("quant_conv"), channels.encoded, channels.moments) : null;
        this.postQuantConv =
                postQuantConv ? Conv2d.pointwise(root.to("post_quant_conv"), channels.code, channels.latent) : null;
    }

    Parameters parameters() {
        return parameters;
    }

    /** {@code [batch, moments, height / factor, width / factor]}, made in the caller's scope. */
    Tensor encode(Tensor pictures) {
        requireChannels(pictures, channels.pictures, "pictures");
        requireSize("height", pictures.size(2));
        requireSize("width", pictures.size(3));
        return result(pictures, x -> {
            Tensor encoded = CoderLevels.run(encoder, x);
            return quantConv == null ? encoded : quantConv.apply(encoded);
        });
    }

    /** {@code [batch, drawn, height, width]}, made in the caller's scope. */
    Tensor decode(Tensor code) {
        requireChannels(code, channels.code, "latents");
        return result(
                code,
                x -> CoderLevels.run(decoder, postQuantConv == null ? x : Layout.ofImage(postQuantConv.apply(x))));
    }

    private Tensor result(Tensor x, UnaryOperator<Tensor> map) {
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() ->
                    map.apply(Layout.ofImage(x.to(arithmetic()))).to(dtype).contiguous());
        }
    }

    private ScalarType arithmetic() {
        Precision precision = parameters.compute().arithmetic();
        return precision == Precision.FLOAT32 ? dtype : precision.dtype(); // float64 in tests
    }

    private static void requireChannels(Tensor x, int wanted, String what) {
        require(
                x.dim() == 4 && x.size(1) == wanted,
                "the autoencoder needs %s of [batch, %s, height, width], was given %s",
                what,
                wanted,
                Arrays.toString(x.sizes().vec().get()));
    }

    private void requireSize(String side, long size) {
        require(
                size > 0 && size % levels.factor() == 0,
                "%s %s does not divide by %s, as the autoencoder needs; the nearest that do are %s",
                side,
                size,
                levels.factor(),
                Divisors.nearestMultiples(size, levels.factor()));
    }
}
