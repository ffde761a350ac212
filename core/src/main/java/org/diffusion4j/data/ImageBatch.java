package org.diffusion4j.data;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Some images, ready in native memory. Owned by who asked for it; closing frees the tensors.
 *
 * @param index which batch of the endless sequence it is
 * @param images uint8 {@code [batch, channels, height, width]}
 * @param labels int64 {@code [batch]}, or null where the images have none
 */
public record ImageBatch(
        long index, Tensor images, @Nullable Tensor labels) implements AutoCloseable {

    @Override
    public void close() {
        images.close();
        if (labels != null) {
            labels.close();
        }
    }
}
