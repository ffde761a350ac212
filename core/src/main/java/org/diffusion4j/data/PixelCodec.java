package org.diffusion4j.data;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;

/**
 * Pixels as x0 in [-1, 1]: {@code x / 127.5 − 1}, and back.
 *
 * <p>Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, section 3.3.
 */
public final class PixelCodec implements Codec {

    /**
     * Pixels as x0.
     *
     * @param data uint8 {@code [batch, channels, height, width]}, borrowed
     * @return float32 in [-1, 1], shaped as {@code data}, made in the caller's scope and owned by the caller
     */
    @Override
    public Tensor encode(Tensor data) {
        Libtorch.start();
        return data.to(ScalarType.Float).div_(new Scalar(127.5)).sub_(new Scalar(1.0));
    }

    /**
     * x0 as pixels, rounded half to even; what lies outside [-1, 1] becomes black or white.
     *
     * @param x0 {@code [batch, channels, height, width]}, borrowed
     * @return uint8, shaped as {@code x0}, made in the caller's scope and owned by the caller
     */
    @Override
    public Tensor decode(Tensor x0) {
        return toUnitRange(x0).mul_(new Scalar(255.0)).round_().to(ScalarType.Byte);
    }

    /**
     * x0 as intensities in [0, 1], the range in which image pipelines hand out arrays.
     *
     * @param x0 {@code [batch, channels, height, width]}, borrowed
     * @return {@code clamp(x0 / 2 + 0.5, 0, 1)} in the dtype of {@code x0}, made in the caller's scope and owned by the caller
     */
    public Tensor toUnitRange(Tensor x0) {
        Libtorch.start();
        return torch.clamp(
                x0.div(new Scalar(2.0)).add_(new Scalar(0.5)),
                new ScalarOptional(new Scalar(0.0)),
                new ScalarOptional(new Scalar(1.0)));
    }

    /**
     * x0 as pictures, one for each sample.
     *
     * @param x0 {@code [batch, 1 or 3, height, width]}, borrowed
     * @throws IllegalArgumentException if the number of channels is another
     */
    public List<BufferedImage> toImages(Tensor x0) {
        Libtorch.start();
        require(x0.dim() == 4, "pictures need [batch, channels, height, width], got %s dimensions", x0.dim());
        int channels = (int) x0.size(1);
        int height = (int) x0.size(2);
        int width = (int) x0.size(3);
        require(channels == 1 || channels == 3, "pictures need 1 or 3 channels, got %s", channels);
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = decode(x0).permute(0, 2, 3, 1).contiguous().cpu();
            ByteBuffer pixels = rows.createBuffer();
            List<BufferedImage> images = new ArrayList<>();
            for (long i = 0; i < x0.size(0); i++) {
                images.add(image(pixels, channels, height, width));
            }
            return images;
        }
    }

    private static BufferedImage image(ByteBuffer pixels, int channels, int height, int width) {
        BufferedImage image = new BufferedImage(
                width, height, channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        int[] samples = new int[channels * width * height];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = pixels.get() & 0xff;
        }
        image.getRaster().setPixels(0, 0, width, height, samples);
        return image;
    }
}
