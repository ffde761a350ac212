package org.diffusion4j.cli.console;

import java.util.concurrent.CancellationException;

/** A signal stopped the work. */
public final class Stopped extends CancellationException {

    private static final long serialVersionUID = 1L;

    private final int code;

    public Stopped(int code, String message) {
        super(message);
        this.code = code;
    }

    /** The process's exit code. */
    public int code() {
        return code;
    }
}
