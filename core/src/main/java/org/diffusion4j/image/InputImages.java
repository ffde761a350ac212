package org.diffusion4j.image;

import static org.diffusion4j.engine.Require.require;

import java.nio.ByteBuffer;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.PictureConfig;

/** The pictures that are given to a model, on its device. To sample i of a draw belongs image i, the images being repeated as needed. */
record InputImages(ImageDataset images, Device device) {

    /**
     * Pictures for a model.
     *
     * @throws IllegalArgumentException if they are not of its size
     */
    static InputImages to(DiffusionModel model, ImageDataset images) {
        PictureConfig config = model.network().config();
        List<Integer> size = config.pictureSize();
        require(
                images.channels() == config.inChannels()
                        && (size.isEmpty()
                                || images.height() == size.get(0) && images.width() == size.get(size.size() - 1)),
                "%s has pictures of %s channels and %s×%s pixels, the model's have %s channels and sample_size %s",
                images.name(),
                images.channels(),
                images.height(),
                images.width(),
                config.inChannels(),
                size);
        return new InputImages(images, model.compute().device());
    }

    /** Those of {@code count} samples from {@code first} on: float32 {@code [count, channels, height, width]}, made in the caller's scope. */
    Tensor x0(int first, int count) {
        ByteBuffer pixels = ByteBuffer.allocate(Math.multiplyExact(count, images.imageBytes()));
        for (int i = first; i < first + count; i++) {
            images.copy(i % images.size(), pixels);
        }
        return Scoped.result(() -> device.place(new PixelCodec()
                .encode(Tensors.of(pixels.array(), count, images.channels(), images.height(), images.width()))));
    }
}
