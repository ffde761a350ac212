package org.diffusion4j.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch, set up as it should be. {@link #start()} is called by everything here that touches a tensor; calling it again is free.
 *
 * <p>What is set, and why:
 * <ul>
 *   <li>JavaCPP's caps are lifted: the default kills a healthy process once its resident size is four times the heap, however
 *       much memory is free. Scopes free our memory. A cap that the user has set stays.
 *   <li>OpenBLAS gets one thread: its own pool spins against libtorch's and makes two threads slower than one.
 *   <li>libtorch gets one thread a processor, or {@link #setThreads}.
 * </ul>
 * Threads: all methods may be called from any thread.
 */
public final class Libtorch {

    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private Libtorch() {}

    /** Sets libtorch up, once. */
    public static void start() {
        if (STARTED.get()) {
            return;
        }
        synchronized (STARTED) {
            if (!STARTED.get()) {
                setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
                setIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
                if (!CacheFolder.hasHome()) { // else JavaCPP makes one, in the working directory
                    setIfAbsent(
                            "org.bytedeco.javacpp.cachedir",
                            CacheFolder.path().resolve("javacpp").toString());
                }
                load();
                openblas.blas_set_num_threads(1);
                torch.set_num_threads(Runtime.getRuntime().availableProcessors());
                STARTED.set(true);
            }
        }
    }

    /** One process at a time: where two are the first on a machine, JavaCPP in one writes a library anew that the other is loading, which ends the other. */
    private static void load() {
        try (FileChannel channel = FileChannel.open(
                        Loader.getCacheDir().toPath().resolve("diffusion4j.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            Loader.load(torch.class);
        } catch (IOException | OverlappingFileLockException e) {
            // no lock can be had here: the first use of torch loads it
        }
    }

    /** The number of threads that one operation uses. */
    public static int threads() {
        start();
        return torch.get_num_threads();
    }

    /**
     * Sets the number of threads that one operation uses, for all of the process.
     *
     * @throws IllegalArgumentException if {@code threads < 1}
     */
    public static void setThreads(int threads) {
        Require.require(threads >= 1, "threads must be at least 1, was %s", threads);
        start();
        torch.set_num_threads(threads);
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
