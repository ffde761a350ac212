package org.diffusion4j.image;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;

/** The forward process to look at: one example from t = 0 to T, under one noise. */
public final class ForwardStrip {

    private static final int PICTURES = 12;
    private static final int PADDING = 2;

    private ForwardStrip() {}

    /** Image {@code i} of the data at evenly spaced times, from left to right. */
    public static BufferedImage of(DiscreteProcess process, ImageDataset data, int i) {
        Libtorch.start();
        PixelCodec codec = new PixelCodec();
        try (PointerScope scope = new PointerScope()) {
            ByteBuffer pixels = ByteBuffer.allocate(data.imageBytes());
            data.copy(i, pixels);
            Tensor x0 = codec.encode(Tensors.of(pixels.array(), 1, data.channels(), data.height(), data.width()));
            Tensor eps = new SeededNoise(0, i).draw(NoiseStream.START, x0);
            int last = process.table().steps() - 1;
            List<BufferedImage> pictures = new ArrayList<>(codec.toImages(x0));
            for (int k = 1; k < PICTURES; k++) {
                NoiseLevel level = NoiseLevel.at(process, Math.rint(last * k / (PICTURES - 1.0)));
                pictures.addAll(codec.toImages(level.noised(x0, eps)));
            }
            return ImageGrid.of(pictures, PICTURES, PADDING);
        }
    }
}
