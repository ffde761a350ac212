package org.diffusion4j.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Independent pieces of work side by side, each on a thread of its own with one libtorch thread: no operation then waits for another
 * thread's share of it. For work of many small operations this is faster than one piece after the other on all threads.
 *
 * <p>The threads are shared by the whole process, as many as libtorch has, and wait without using the processor. Threads: may be called
 * by any; more callers than threads wait for each other, piece by piece.
 */
public final class Streams {

    private static final Object START = new Object();
    private static volatile @Nullable ExecutorService pool;

    private Streams() {}

    /** A thread that computes with one libtorch thread. */
    private static final class StreamThread extends Thread {

        StreamThread(Runnable work) {
            super(work, "diffusion4j-stream");
            setDaemon(true);
        }
    }

    /** How many pieces run at once: as many as libtorch has threads, and one on a thread that runs a piece already. */
    public static int count() {
        return Thread.currentThread() instanceof StreamThread ? 1 : Libtorch.threads();
    }

    /**
     * Runs pieces of work and waits for all.
     *
     * <p>{@linkplain Cancellation Cancellations} that are open on this thread are open in the pieces too. What one piece throws, and an
     * interruption of this thread, cancels the others.
     *
     * @param pieces each of which makes a result; they run on other threads where there are several
     * @param discard frees a result that nobody will receive, since another piece failed
     * @return the results, in the order of the pieces
     * @throws CancellationException if this thread is interrupted, which it stays
     */
    public static <T> List<T> run(List<Supplier<T>> pieces, Consumer<T> discard) {
        return pieces.size() == 1 ? List.of(pieces.get(0).get()) : queued(pieces, discard);
    }

    /**
     * Runs one piece of work on one libtorch thread and waits for it: for services, where many callers at once would otherwise share the
     * processor in every single operation. As many run at once as the processor has cores, the others wait in their turn.
     *
     * @param piece makes a result
     * @param discard frees a result that nobody will receive, since this thread was interrupted
     * @throws CancellationException if this thread is interrupted, which it stays
     */
    public static <T> T alone(Supplier<T> piece, Consumer<T> discard) {
        return Thread.currentThread() instanceof StreamThread
                ? piece.get()
                : queued(List.of(piece), discard).get(0);
    }

    private static <T> List<T> queued(List<Supplier<T>> pieces, Consumer<T> discard) {
        Cancellation others = new Cancellation();
        AtomicReference<@Nullable Throwable> first =
                new AtomicReference<>(); // the rest was only cancelled for its sake
        Supplier<Cancellation.Scope> here = Cancellation.handOver();
        boolean inline = Thread.currentThread() instanceof StreamThread; // whose fellows may all be waiting too
        List<Future<T>> futures = new ArrayList<>();
        for (Supplier<T> piece : pieces) {
            FuturePiece<T> task = new FuturePiece<>(piece, Thread.currentThread(), here, others, first);
            if (inline) {
                task.run();
            } else {
                pool().execute(task);
            }
            futures.add(task);
        }
        return results(futures, others, first, discard);
    }

    private static final class FuturePiece<T> extends java.util.concurrent.FutureTask<T> {

        FuturePiece(
                Supplier<T> piece,
                Thread waiting,
                Supplier<Cancellation.Scope> caller,
                Cancellation others,
                AtomicReference<@Nullable Throwable> first) {
            super(() -> {
                try (Cancellation.Scope outer = caller.get();
                        Cancellation.Scope inner = others.open()) {
                    Cancellation.checkpoint();
                    return piece.get();
                } catch (Throwable e) {
                    first.compareAndSet(null, e);
                    others.cancel();
                    throw e;
                } finally {
                    if (!Thread.currentThread().equals(waiting) && Thread.interrupted()) {
                        waiting.interrupt(); // who interrupts a piece means the whole
                    }
                }
            });
        }
    }

    private static <T> List<T> results(
            List<Future<T>> futures,
            Cancellation others,
            AtomicReference<@Nullable Throwable> first,
            Consumer<T> discard) {
        List<T> results = new ArrayList<>();
        boolean interrupted = false;
        for (Future<T> future : futures) {
            for (boolean done = false; !done; ) {
                try {
                    results.add(future.get());
                    done = true;
                } catch (ExecutionException e) {
                    done = true; // the first failure is kept
                } catch (InterruptedException e) {
                    interrupted = true;
                    others.cancel();
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable failure = first.get();
        if (failure == null && !interrupted) {
            return results;
        }
        results.forEach(discard);
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception
                && !(interrupted && failure instanceof CancellationException)) {
            throw exception;
        }
        throw new CancellationException("the work was stopped: its thread is interrupted");
    }

    private static ExecutorService pool() {
        ExecutorService made = pool;
        if (made == null) {
            synchronized (START) {
                made = pool;
                if (made == null) {
                    made = newPool();
                    pool = made;
                }
            }
        }
        return made;
    }

    /**
     * libtorch counts threads per thread, and a thread's first operation takes the count of the process: so each thread takes it first,
     * then sets its own to 1, which sets the process's too, and at last this thread sets that back.
     */
    private static ExecutorService newPool() {
        int all = Libtorch.threads();
        CountDownLatch ready = new CountDownLatch(all);
        ThreadPoolExecutor made = new ThreadPoolExecutor(
                all,
                all,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> new StreamThread(() -> {
                    torch.get_num_threads();
                    torch.set_num_threads(1);
                    ready.countDown();
                    work.run();
                }));
        made.prestartAllCoreThreads();
        for (boolean waited = false, interrupted = false; !waited; ) {
            try {
                ready.await();
                waited = true;
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        torch.set_num_threads(all);
        return made;
    }
}
