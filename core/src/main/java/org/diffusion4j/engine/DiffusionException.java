package org.diffusion4j.engine;

import org.jspecify.annotations.Nullable;

/** The root of what the library throws besides wrong arguments; its message says where, what and what to do, in one line. */
public class DiffusionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DiffusionException(String message) {
        super(message);
    }

    public DiffusionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
