package org.diffusion4j.data;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Small made-up data sets, and what is in them as Java values. */
public final class TestImages {

    private TestImages() {}

    /** {@code size} labelled images 1×2×3; image i is i, i + 1, i + 2 above 100 + i, 7, 8. */
    public static InMemoryImages counted(int size) {
        List<byte[]> images = new ArrayList<>();
        int[] labels = new int[size];
        for (int i = 0; i < size; i++) {
            images.add(new byte[] {(byte) i, (byte) (i + 1), (byte) (i + 2), (byte) (100 + i), 7, 8});
            labels[i] = i % 3;
        }
        return InMemoryImages.ofBytes(images, 1, 2, 3).withLabels(labels, List.of("a", "b", "c"));
    }

    public static byte[] pixels(ImageDataset data, int i) {
        byte[] pixels = new byte[data.imageBytes()];
        data.copy(i, ByteBuffer.wrap(pixels));
        return pixels;
    }

    public static int[] labels(ImageDataset data) {
        int[] labels = new int[data.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = data.label(i);
        }
        return labels;
    }

    static byte[] bytes(Tensor uint8) {
        ByteBuffer buffer = uint8.createBuffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
