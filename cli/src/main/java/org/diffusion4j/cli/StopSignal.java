package org.diffusion4j.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jline.utils.Signals;

/**
 * Ctrl-C and SIGTERM while there is something to save or to say: the first asks the work to stop, a second one ends the process at once.
 *
 * <p>Until it is opened and after it is closed, the virtual machine's own answer holds, which is to end.
 */
final class StopSignal implements AutoCloseable {

    private static final Map<String, Integer> CODES = Map.of("INT", 130, "TERM", 143);

    private final Map<String, Object> before = new LinkedHashMap<>();
    private volatile int code;

    /** From now on a signal runs {@code stop}, on a thread of its own. */
    StopSignal(Runnable stop) {
        CODES.forEach((name, codeOfName) -> before.put(name, Signals.register(name, () -> {
            if (code != 0) {
                Runtime.getRuntime().halt(codeOfName);
            }
            code = codeOfName;
            stop.run();
        })));
    }

    /** The process's exit code: 0 where no signal came. */
    int code() {
        return code;
    }

    @Override
    public void close() {
        before.forEach(Signals::unregister);
    }
}
