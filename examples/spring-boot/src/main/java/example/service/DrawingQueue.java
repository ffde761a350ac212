package example.service;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.Streams;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.DiffusionModel.DrawListener;
import org.diffusion4j.image.Draw;

/** Draws for many callers by few threads. Threads: may be used by any. */
final class DrawingQueue implements AutoCloseable {

    private final DiffusionModel model;
    private final ThreadPoolExecutor workers;

    DrawingQueue(DiffusionModel model, int workers, int waiting) {
        this.model = model;
        this.workers = new ThreadPoolExecutor(
                workers, workers, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting)); // refuses when it is full
    }

    /**
     * Draws when it is this request's turn.
     *
     * @param cancellation ends the drawing at its next step, and one that waits before its first
     * @throws IllegalArgumentException if the model cannot draw that
     * @throws java.util.concurrent.RejectedExecutionException if too many wait
     */
    CompletableFuture<List<BufferedImage>> draw(Draw draw, Cancellation cancellation, DrawListener listener) {
        model.plan(draw.settings()); // refuses now what would be refused later
        CompletableFuture<List<BufferedImage>> pictures = new CompletableFuture<>();
        workers.execute(() -> {
            try (Cancellation.Scope scope = cancellation.open()) {
                pictures.complete(Streams.alone(() -> model.draw(draw, listener), none -> {}));
            } catch (RuntimeException | Error e) {
                pictures.completeExceptionally(e);
            }
        });
        return pictures;
    }

    /** How many requests are being drawn. */
    int drawing() {
        return workers.getActiveCount();
    }

    /** How many requests wait for their turn. */
    int waiting() {
        return workers.getQueue().size();
    }

    /** Cancels what is being drawn by interrupting its thread, and waits until that has ended, at the next step of each. */
    @Override
    public void close() {
        workers.shutdownNow();
        try {
            if (!workers.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("a drawing did not end within a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted before all drawings had ended");
        }
    }
}
