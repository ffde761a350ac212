package org.diffusion4j.engine;

import org.bytedeco.pytorch.Tensor;

/**
 * The tensor that travels from step to step while everything else of a step dies in the step's scope: borrows the start, owns
 * every later one, frees each when the next comes. Not thread-safe.
 */
public final class Carried implements AutoCloseable {

    private Tensor value;
    private boolean owned;

    /** Begins with {@code start}, which stays the caller's. */
    public Carried(Tensor start) {
        value = start;
    }

    /** The present tensor, valid until the next {@link #set}. */
    public Tensor get() {
        return value;
    }

    /** Takes a tensor that was made in the innermost open scope, and frees the one before. */
    public void set(Tensor next) {
        next.retainReference();
        close();
        value = next;
        owned = true;
    }

    /** The present tensor, now the caller's to close; a start that was never replaced is still the caller's own. */
    public Tensor handOver() {
        owned = false;
        return value;
    }

    @Override
    public void close() {
        if (owned) {
            owned = false;
            value.releaseReference();
        }
    }
}
