package org.diffusion4j.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** libtorch could not get memory; the message says what to lower. */
public class OutOfNativeMemoryException extends DiffusionException {

    private static final long serialVersionUID = 1L;

    /** Of libtorch's allocator, of CUDA's, of C++. */
    private static final List<String> WORDS = List.of("can't allocate memory", "out of memory", "bad_alloc");

    public OutOfNativeMemoryException(String message) {
        super(message);
    }

    public OutOfNativeMemoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The same, where so many samples went through a network at once. */
    public static RuntimeException ofBatch(RuntimeException thrown, int batchSize) {
        return explained(
                thrown,
                batchSize == 1
                        ? "a single picture takes more; use a machine with more, or a smaller network"
                        : "lower the batch size (--batch-size), " + batchSize);
    }

    /**
     * What libtorch threw, as this exception where memory was the reason, else as it was.
     *
     * @param whatToDo what to lower, and its present value
     */
    public static RuntimeException explained(RuntimeException thrown, String whatToDo) {
        String message = String.valueOf(thrown.getMessage());
        boolean memory = !(thrown instanceof DiffusionException) // that says what to do already
                && WORDS.stream().anyMatch(message::contains);
        return memory ? new OutOfNativeMemoryException("there is not enough memory: " + whatToDo, thrown) : thrown;
    }
}
