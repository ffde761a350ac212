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
}
