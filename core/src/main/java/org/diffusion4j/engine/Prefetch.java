package org.diffusion4j.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Batches in order, made by one background thread a few ahead of their use, so that a training step finds its data ready.
 *
 * <p>Closing ends the thread and frees what was made but not taken. {@link #next} and {@link #close} are for one thread.
 */
public final class Prefetch<T> implements AutoCloseable {

    private static final int AHEAD = 3;

    private final LongFunction<T> maker;
    private final Consumer<T> unused;
    private final Deque<Future<T>> ahead = new ArrayDeque<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "diffusion4j-batches");
        thread.setDaemon(true);
        return thread;
    });
    private long nextToMake;

    /**
     * Begins to make batches {@code first}, {@code first + 1}, …
     *
     * @param maker of batch k, called by the background thread
     * @param unused frees a batch that was made but is not taken
     */
    public Prefetch(LongFunction<T> maker, Consumer<T> unused, long first) {
        this.maker = maker;
        this.unused = unused;
        nextToMake = first;
        for (int i = 0; i < AHEAD; i++) {
            makeOneMore();
        }
    }

    private void makeOneMore() {
        long k = nextToMake++;
        ahead.add(thread.submit(() -> maker.apply(k)));
    }

    /**
     * The next batch, owned by the caller; waits where it is not ready yet, also when interrupted: a training ends between its steps,
     * not in one. What a data set throws while it is read is thrown here.
     *
     * @throws IllegalStateException if the stream is closed
     */
    public T next() {
        if (thread.isShutdown()) {
            throw new IllegalStateException("the batch stream is closed");
        }
        makeOneMore();
        return taken(ahead.remove());
    }

    private static <T> T taken(Future<T> batch) {
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
        thread.shutdownNow();
        awaitMaker();
        for (Future<T> batch : ahead) {
            if (batch.isDone()) {
                free(batch);
            }
        }
        ahead.clear();
    }

    /** Waits for the batch in the making, a matter of milliseconds, also when this thread is interrupted. */
    private void awaitMaker() {
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                thread.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void free(Future<T> batch) {
        try {
            unused.accept(batch.get());
        } catch (InterruptedException | ExecutionException e) {
            // a batch that could not be made holds no memory
        }
    }
}
