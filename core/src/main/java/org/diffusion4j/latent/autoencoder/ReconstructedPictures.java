package org.diffusion4j.latent.autoencoder;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.nn.vae.PictureAutoencoder;

/**
 * What becomes of pictures by way of an autoencoder's latents, without chance.
 *
 * @param autoencoder borrowed
 * @param weights what identifies its weights, such as their SHA-256
 * @param pictures the pictures themselves, borrowed
 */
public record ReconstructedPictures(PictureAutoencoder autoencoder, String weights, Pictures pictures)
        implements Pictures {

    private static final int COLUMNS = 8;
    private static final int PADDING = 2;

    @Override
    public int count() {
        return pictures.count();
    }

    @Override
    public int classes() {
        return pictures.classes();
    }

    @Override
    public int label(int i) {
        return pictures.label(i);
    }

    @Override
    public Map<String, Object> identity() {
        Map<String, Object> identity = new LinkedHashMap<>(pictures.identity());
        identity.put("autoencoder", weights);
        return identity;
    }

    @Override
    public Tensor pixels(int first, int count) {
        return Scoped.result(() -> of(pictures.pixels(first, count)));
    }

    /**
     * Pictures again.
     *
     * @param pixels uint8 {@code [batch, channels, height, width]}
     * @return shaped alike, made in the caller's scope
     * @throws IllegalArgumentException if the autoencoder has other channels, or a side does not divide by its factor
     */
    public Tensor of(Tensor pixels) {
        require(
                pixels.size(1) == autoencoder.config().inChannels(),
                "the pictures have %s channels, the autoencoder %s",
                pixels.size(1),
                autoencoder.config().inChannels());
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            return Scoped.result(() -> {
                PixelCodec codec = new PixelCodec();
                return codec.decode(autoencoder.reconstruct(codec.encode(pixels)));
            });
        }
    }

    /**
     * Some pictures in rows, below each row what became of them.
     *
     * @param pixels uint8 {@code [batch, channels, height, width]}
     * @param again shaped alike
     */
    public static BufferedImage sheet(Tensor pixels, Tensor again) {
        PixelCodec codec = new PixelCodec();
        return ImageGrid.inPairs(
                codec.toImages(codec.encode(pixels)), codec.toImages(codec.encode(again)), COLUMNS, PADDING);
    }
}
