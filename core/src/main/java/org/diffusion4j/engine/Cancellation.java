package org.diffusion4j.engine;

import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks work to end at its next step, from any thread.
 *
 * <p>Work takes one by running while it is open:
 * <pre>{@code
 * Cancellation cancellation = new Cancellation();
 * try (Cancellation.Scope scope = cancellation.open()) {
 *     pictures = model.draw(draw); // a CancellationException where another thread calls cancellation.cancel()
 * }
 * }</pre>
 * Whatever in this library goes step by step (drawing, editing, training, measuring, of any kind of data) passes a {@link #checkpoint}
 * between its steps, and so may a user's own work. Cancelled work frees all its native memory; a training keeps a checkpoint first.
 * Interrupting the working thread does the same, and leaves it interrupted.
 *
 * <p>Threads: {@link #cancel} may be called by any; a scope is closed by the thread that opened it.
 */
public final class Cancellation {

    /** While it is open, the thread that opened it can be cancelled. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /** A cancellation that is open, and the one that was open before on this thread, which still holds. */
    private record Open(Cancellation cancellation, @Nullable Open outer) {}

    private static final ThreadLocal<@Nullable Open> INNERMOST = new ThreadLocal<>();

    private volatile boolean cancelled;

    /** Asks all work under it to end at its next step; what begins later ends at its first. */
    public void cancel() {
        cancelled = true;
    }

    /** Whether {@link #cancel} was called. */
    public boolean isCancelled() {
        return cancelled;
    }

    /** Puts what this thread does from now on under this, and under what was open already. */
    public Scope open() {
        Open outer = INNERMOST.get();
        INNERMOST.set(new Open(this, outer));
        return () -> {
            if (outer == null) {
                INNERMOST.remove();
            } else {
                INNERMOST.set(outer);
            }
        };
    }

    /**
     * What is open on this thread, to be opened by another that works for it; replaces what is open there until it is closed. An
     * interruption of this thread is not handed over.
     */
    static Supplier<Scope> handOver() {
        Open here = INNERMOST.get();
        return () -> {
            Open there = INNERMOST.get();
            INNERMOST.set(here);
            return () -> INNERMOST.set(there);
        };
    }

    /**
     * Ends the work of this thread if it shall end.
     *
     * @throws CancellationException if a cancellation that is open on this thread was cancelled, or the thread is interrupted
     */
    public static void checkpoint() {
        if (isWanted()) {
            throw new CancellationException(
                    Thread.currentThread().isInterrupted()
                            ? "the work was stopped: its thread is interrupted"
                            : "the work was cancelled");
        }
    }

    /** Whether {@link #checkpoint} would throw. */
    public static boolean isWanted() {
        if (Thread.currentThread().isInterrupted()) {
            return true;
        }
        for (Open open = INNERMOST.get(); open != null; open = open.outer) {
            if (open.cancellation.cancelled) {
                return true;
            }
        }
        return false;
    }
}
