package org.diffusion4j.engine;

import org.jspecify.annotations.Nullable;

/** A checkpoint or run folder cannot be written, read or resumed. */
public class CheckpointException extends DiffusionException {

    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
