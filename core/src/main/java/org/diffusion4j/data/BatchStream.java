package org.diffusion4j.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Batches in order, made by one background thread a few ahead of their use, so that a training step finds its data ready.
 *
 * <p>Closing ends the thread and frees what was made but not taken. {@link #next} and {@link #close} are for one thread.
 */
public final class BatchStream implements AutoCloseable {

    private static final int AHEAD = 3;

    private final Batches batches;
    private final Deque<Future<ImageBatch>> ahead = new ArrayDeque<>();
    private final ExecutorService maker = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "diffusion4j-batches");
        thread.setDaemon(true);
        return thread;
    });
    private long nextToMake;

    BatchStream(Batches batches, long first) {
        this.batches = batches;
        nextToMake = first;
        for (int i = 0; i < AHEAD; i++) {
            makeOneMore();
        }
    }

    private void makeOneMore() {
        long k = nextToMake++;
        ahead.add(maker.submit(() -> batches.batch(k)));
    }

    /**
     * The next batch, owned by the caller; waits where it is not ready yet, also when interrupted: a training ends between its steps,
     * not in one. What a data set throws while it is read is thrown here.
     *
     * @throws IllegalStateException if the stream is closed
     */
    public ImageBatch next() {
        if (maker.isShutdown()) {
            throw new IllegalStateException("the batch stream is closed");
        }
        makeOneMore();
        return taken(ahead.remove());
    }

    private static ImageBatch taken(Future<ImageBatch> batch) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return batch.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        maker.shutdownNow();
        awaitMaker();
        for (Future<ImageBatch> batch : ahead) {
            if (batch.isDone()) {
                free(batch);
            }
        }
        ahead.clear();
    }

    /** Waits for the batch in the making, a matter of milliseconds, also when this thread is interrupted. */
    private void awaitMaker() {
        boolean interrupted = false;
        while (!maker.isTerminated()) {
            try {
                maker.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void free(Future<ImageBatch> batch) {
        try {
            batch.get().close();
        } catch (InterruptedException | ExecutionException e) {
            // a batch that could not be made holds no memory
        }
    }
}
