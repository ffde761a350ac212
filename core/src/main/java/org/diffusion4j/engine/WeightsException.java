package org.diffusion4j.engine;

import org.jspecify.annotations.Nullable;

/** Weights and network do not fit: a tensor is missing, not known, or of another shape or dtype. */
public class WeightsException extends DiffusionException {

    private static final long serialVersionUID = 1L;

    public WeightsException(String message) {
        super(message);
    }

    public WeightsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
