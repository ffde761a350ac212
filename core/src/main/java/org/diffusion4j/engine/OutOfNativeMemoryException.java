package org.diffusion4j.engine;

import org.jspecify.annotations.Nullable;

/** libtorch could not get memory; the message says what to lower. */
public class OutOfNativeMemoryException extends DiffusionException {

    private static final long serialVersionUID = 1L;

    public OutOfNativeMemoryException(String message) {
        super(message);
    }

    public OutOfNativeMemoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * What libtorch threw, as this exception where memory was the reason, else as it was.
     *
     * @param whatToDo what to lower, and its present value
     */
    public static RuntimeException explained(RuntimeException thrown, String whatToDo) {
        String message = String.valueOf(thrown.getMessage());
        boolean memory = message.contains("can't allocate memory") || message.contains("out of memory");
        return memory ? new OutOfNativeMemoryException("there is not enough memory: " + whatToDo, thrown) : thrown;
    }
}
