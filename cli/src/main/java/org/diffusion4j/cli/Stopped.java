package org.diffusion4j.cli;

import java.util.concurrent.CancellationException;

/** A signal stopped the work. */
final class Stopped extends CancellationException {

    private static final long serialVersionUID = 1L;

    private final int code;

    Stopped(int code, String message) {
        super(message);
        this.code = code;
    }

    /** The process's exit code. */
    int code() {
        return code;
    }
}
