package org.diffusion4j.latent.training;

import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.jspecify.annotations.Nullable;

/**
 * The latents of pictures: the means of an autoencoder's distributions, which are narrow beside the latents themselves.
 *
 * <p>Threads: may be shared; closed by who made it, when nobody uses it any more.
 *
 * @param plain float32 {@code [pictures, channels, height, width]}; owned
 * @param mirrored those of the pictures mirrored left to right, shaped alike; null where nothing is mirrored; owned
 */
record Latents(Tensor plain, @Nullable Tensor mirrored) implements AutoCloseable {

    private static final int AT_ONCE = 64;

    /**
     * Encodes pictures.
     *
     * @param autoencoder borrowed for the call; its scale does not matter
     * @param mirrored whether the mirrored pictures are encoded too
     * @param listener receives, before every few pictures, how many are done
     * @return owned by the caller
     * @throws java.util.concurrent.CancellationException if it is {@linkplain Cancellation cancelled}
     */
    static Latents of(ImageDataset pictures, AutoencoderKL autoencoder, boolean mirrored, IntConsumer listener) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            TensorVector plain = new TensorVector();
            TensorVector other = new TensorVector();
            for (int first = 0; first < pictures.size(); first += AT_ONCE) {
                Cancellation.checkpoint();
                listener.accept(first);
                int from = first;
                int count = Math.min(AT_ONCE, pictures.size() - first);
                plain.push_back(Scoped.result(() -> encoded(pixels(pictures, from, count), autoencoder)));
                if (mirrored) {
                    other.push_back(Scoped.result(
                            () -> encoded(pixels(pictures, from, count).flip(new long[] {3}), autoencoder)));
                }
            }
            return owned(torch.cat(plain, 0), mirrored ? torch.cat(other, 0) : null);
        }
    }

    /** Of tensors that were made in an open scope, and survive it. */
    static Latents owned(Tensor plain, @Nullable Tensor mirrored) {
        plain.retainReference();
        if (mirrored != null) {
            mirrored.retainReference();
        }
        return new Latents(plain, mirrored);
    }

    /** Some pictures: uint8 {@code [count, channels, height, width]}, made in the caller's scope. */
    static Tensor pixels(ImageDataset pictures, int first, int count) {
        Tensor pixels = torch.empty(
                new long[] {count, pictures.channels(), pictures.height(), pictures.width()},
                new TensorOptions(ScalarType.Byte),
                new MemoryFormatOptional());
        ByteBuffer buffer = pixels.createBuffer();
        for (int i = first; i < first + count; i++) {
            pictures.copy(i, buffer);
        }
        return pixels;
    }

    private static Tensor encoded(Tensor pixels, AutoencoderKL autoencoder) {
        Tensor x = autoencoder.parameters().compute().device().place(new PixelCodec().encode(pixels));
        return autoencoder.encode(x).mean().cpu();
    }

    /** The standard deviation of all numbers, by which Stable Diffusion's latents are divided. */
    double std() {
        try (PointerScope scope = new PointerScope()) {
            return plain.to(ScalarType.Double).std().item_double();
        }
    }

    /** These as the model draws them: scaled by the autoencoder's configuration; owned by the caller. */
    Latents scaled(AutoencoderKL autoencoder) {
        try (PointerScope scope = new PointerScope()) {
            return owned(autoencoder.scaled(plain), mirrored == null ? null : autoencoder.scaled(mirrored));
        }
    }

    /** How many pictures there are. */
    int count() {
        return (int) plain.size(0);
    }

    @Override
    public void close() {
        plain.close();
        if (mirrored != null) {
            mirrored.close();
        }
    }
}
