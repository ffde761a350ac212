package org.diffusion4j.image;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Streams;
import org.diffusion4j.image.DiffusionModel.Batch;
import org.diffusion4j.image.DiffusionModel.BatchSampler;
import org.diffusion4j.image.DiffusionModel.DrawListener;

/**
 * Draws samples batch by batch, and a batch in parts side by side where that changes no bit and is faster: on the processor in fewer bits
 * than float32, 0.88 of the time of one part after the other. In float32 it is not faster, and sums in a batch of another size
 * differ in their last bits.
 *
 * @param model borrowed
 * @param sampler how the samples of a batch come about
 * @param apart whether it may be asked for parts of a batch by several threads at once
 */
record BatchDrawing(DiffusionModel model, BatchSampler sampler, boolean apart) {

    private static final int LEAST_IN_PART = 8; // of fewer, a call takes as long

    /**
     * Draws the samples {@code first … end − 1} of a draw.
     *
     * @param listener one call at a time, perhaps by other threads
     * @param drawn receives the clean samples in order, on this thread; borrowed
     */
    void draw(Draw draw, int first, int end, int batchSize, DrawListener listener, Consumer<Tensor> drawn) {
        try (CloseGuard.Use use = model.network().parameters().use()) {
            for (int i = first; i < end; i += batchSize) {
                batch(use, draw, i, Math.min(batchSize, end - i), listener, drawn);
            }
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.ofBatch(e, batchSize);
        }
    }

    private void batch(
            CloseGuard.Use use, Draw draw, int first, int size, DrawListener listener, Consumer<Tensor> drawn) {
        int parts = parts(size);
        Object lock = new Object();
        List<Supplier<Tensor>> pieces = new ArrayList<>();
        for (int k = 0; k < parts; k++) {
            int from = first + (int) ((long) size * k / parts);
            int to = first + (int) ((long) size * (k + 1) / parts);
            pieces.add(() -> part(use, draw, from, to - from, (at, step) -> {
                synchronized (lock) {
                    listener.onStep(at, step);
                }
            }));
        }
        List<Tensor> results = Streams.run(pieces, Tensor::close);
        try {
            results.forEach(drawn);
        } finally {
            results.forEach(Tensor::close);
        }
    }

    private int parts(int size) {
        boolean pays =
                apart && model.compute().device().isCpu() && model.compute().isLow();
        return pays ? Math.max(1, Math.min(Streams.count(), size / LEAST_IN_PART)) : 1;
    }

    private Tensor part(CloseGuard.Use use, Draw draw, int first, int size, DrawListener listener) {
        try (CloseGuard.Use here = use.onThisThread();
                PointerScope scope = new PointerScope()) {
            Tensor x0 = sampler.of(new Batch(
                    first,
                    size,
                    model.labels(draw, first, size),
                    new SeededNoise(draw.seed(), first),
                    step -> listener.onStep(first, step)));
            x0.retainReference(); // outlives this scope
            return x0;
        }
    }
}
