package org.diffusion4j.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * Lets what holds native memory be closed while threads use it: memory that is read after it was freed would end the process.
 *
 * <p>A call that uses the memory holds a {@link Use} until it returns. {@link #close} refuses uses that begin later, waits for those
 * under way, and frees. What a call under way begins on its own thread, from a listener for instance, is part of it and is not refused.
 * Closing from within a use does not wait, since it would wait for itself: the memory is freed when the last use ends.
 *
 * <p>Threads: all methods may be called by any; a use is closed by the thread that began it.
 */
public final class CloseGuard {

    /** A call under way. */
    public interface Use extends AutoCloseable {

        /** A part of this use by the calling thread, which works for the one that began it: never refused. The calling thread closes it. */
        Use onThisThread();

        @Override
        void close();
    }

    private final class Held implements Use {

        private final Thread user = Thread.currentThread();

        @Override
        public Use onThisThread() {
            return begin();
        }

        @Override
        public void close() {
            end(user);
        }
    }

    private final String name;
    private final Runnable free;
    private final Map<Thread, Integer> uses = new HashMap<>();
    private boolean closed;
    private boolean freed;

    /**
     * Of what is open.
     *
     * @param name for messages, such as "the model"
     * @param free frees the memory; is run once
     */
    public CloseGuard(String name, Runnable free) {
        this.name = name;
        this.free = free;
    }

    /**
     * Begins a use.
     *
     * @throws IllegalStateException if it is closed, and this thread is not using it
     */
    public synchronized Use use() {
        if (closed && !uses.containsKey(Thread.currentThread())) {
            throw new IllegalStateException(name + " is closed; load or make it again to use it");
        }
        return begin();
    }

    private synchronized Use begin() {
        uses.merge(Thread.currentThread(), 1, Integer::sum);
        return new Held();
    }

    private synchronized void end(Thread user) {
        uses.computeIfPresent(user, (thread, depth) -> depth == 1 ? null : depth - 1);
        freeOnceUnused();
    }

    private void freeOnceUnused() {
        if (closed && !freed && uses.isEmpty()) {
            freed = true;
            notifyAll();
            free.run();
        }
    }

    /** Refuses later uses, waits for those of other threads, also when interrupted, and frees. Closing again waits likewise. */
    public synchronized void close() {
        closed = true;
        freeOnceUnused();
        boolean interrupted = false;
        while (!freed && !uses.containsKey(Thread.currentThread())) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
