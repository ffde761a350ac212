package org.diffusion4j.data;

import static org.diffusion4j.engine.Require.require;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Prefetch;
import org.jspecify.annotations.Nullable;

/**
 * The endless sequence of batches that a seed makes of a data set.
 *
 * <p>Epoch follows epoch, each a new random order of all images; batch k is the items {@code k·batchSize …} of that sequence, so it
 * may reach over the end of an epoch. It depends on (data, batchSize, seed, flip, k) alone; see {@link EpochOrder}.
 *
 * <p>Threads: may be shared.
 */
public final class Batches {

    private final ImageDataset data;
    private final int batchSize;
    private final boolean flip;
    private final EpochOrder order;

    /**
     * Says which batches; nothing is read yet.
     *
     * @param flip whether half of the images, chosen anew in each epoch, are mirrored left to right
     * @throws IllegalArgumentException if {@code batchSize < 1}
     */
    public Batches(ImageDataset data, int batchSize, long seed, boolean flip) {
        require(batchSize >= 1, "batchSize must be at least 1, was %s", batchSize);
        int most = Integer.MAX_VALUE / data.imageBytes(); // a buffer's
        require(
                batchSize <= most,
                "batchSize must be at most %s for images of %s bytes, was %s",
                most,
                data.imageBytes(),
                batchSize);
        this.data = data;
        this.batchSize = batchSize;
        this.flip = flip;
        order = new EpochOrder(data.size(), seed);
    }

    /**
     * Batch {@code k}, made now by the calling thread.
     *
     * @throws IllegalArgumentException if {@code k < 0}
     */
    public ImageBatch batch(long k) {
        require(k >= 0, "there is no batch %s; the first is 0", k);
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            Tensor images = empty(ScalarType.Byte, batchSize, data.channels(), data.height(), data.width());
            Tensor labels = data.labelled() ? empty(ScalarType.Long, batchSize) : null;
            fill(k, images.createBuffer(), labels == null ? null : labels.createBuffer());
            images.retainReference();
            if (labels != null) {
                labels.retainReference();
            }
            return new ImageBatch(k, images, labels);
        }
    }

    private static Tensor empty(ScalarType dtype, long... shape) {
        return torch.empty(shape, new TensorOptions(dtype), new MemoryFormatOptional());
    }

    /** Batches {@code first}, {@code first + 1}, …, prepared ahead by a thread of its own; to be closed. */
    public Prefetch<ImageBatch> from(long first) {
        return new Prefetch<>(this::batch, ImageBatch::close, first);
    }

    private void fill(long k, ByteBuffer images, @Nullable LongBuffer labels) {
        long first = Math.multiplyExact(k, batchSize);
        for (long item = first; item < first + batchSize; item++) {
            EpochOrder.Item next = order.item(item);
            int start = images.position();
            data.copy(next.index(), images);
            if (flip && next.mirrored()) {
                mirrorRows(images, start);
            }
            if (labels != null) {
                labels.put(data.label(next.index()));
            }
        }
    }

    private void mirrorRows(ByteBuffer images, int start) {
        for (int row = start; row < images.position(); row += data.width()) {
            for (int left = row, right = row + data.width() - 1; left < right; left++, right--) {
                byte pixel = images.get(left);
                images.put(left, images.get(right)).put(right, pixel);
            }
        }
    }
}
