package org.diffusion4j.engine;

import org.jspecify.annotations.Nullable;

/** A file is not what its format says; the message names the file and the fault. */
public class FormatException extends DiffusionException {

    private static final long serialVersionUID = 1L;

    public FormatException(String message) {
        super(message);
    }

    public FormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
