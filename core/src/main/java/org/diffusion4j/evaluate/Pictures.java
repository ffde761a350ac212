package org.diffusion4j.evaluate;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.Tensors;

/** Numbered pictures, of which any run can be had: those of a data set or those that a model draws. */
public interface Pictures {

    /** How many there are. */
    int count();

    /** The number of classes, 0 where they have none. */
    int classes();

    /** The class of a picture; asked for where there are classes. */
    int label(int i);

    /** The classes of all, in their order; empty where they have none. */
    default int[] labels() {
        return classes() == 0
                ? new int[0]
                : IntStream.range(0, count()).map(this::label).toArray();
    }

    /** What determines the pictures, as a JSON tree: equal for equal pictures, whatever their count. */
    Map<String, Object> identity();

    /**
     * Some of them.
     *
     * @return uint8 {@code [count, channels, height, width]}, made in the caller's scope
     */
    Tensor pixels(int first, int count);

    /** All pictures of a data set, in its order. */
    static Pictures of(ImageDataset data) {
        return new Pictures() {
            @Override
            public int count() {
                return data.size();
            }

            @Override
            public int classes() {
                return data.labelNames().size();
            }

            @Override
            public int label(int i) {
                return data.label(i);
            }

            @Override
            public Map<String, Object> identity() {
                return Map.of("data", data.fingerprint());
            }

            @Override
            public Tensor pixels(int first, int count) {
                ByteBuffer bytes = ByteBuffer.allocate(count * data.imageBytes());
                IntStream.range(first, first + count).forEach(i -> data.copy(i, bytes));
                return Tensors.of(bytes.array(), count, data.channels(), data.height(), data.width());
            }
        };
    }
}
