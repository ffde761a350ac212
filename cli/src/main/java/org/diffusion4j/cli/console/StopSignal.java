package org.diffusion4j.cli.console;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jline.utils.Signals;

/**
 * Ctrl-C, SIGTERM and SIGHUP (a closed terminal) while there is something to save or to say: the first asks the work to stop, a second
 * one ends the process at once.
 *
 * <p>At once means by the operating system, as a C program ends. Were it the virtual machine, by its own answer to a signal or by halt, it
 * would run libtorch's destructors under libtorch's working threads, which now and then is a crash. So from the first signal on, and
 * wherever nothing is to be saved, signals have their default action.
 */
public final class StopSignal implements AutoCloseable {

    private static final Map<String, Integer> CODES = Map.of("HUP", 129, "INT", 130, "TERM", 143);

    private final Map<String, Object> before = new LinkedHashMap<>();
    private final Runnable stop;
    private volatile int code;

    /** From now on a signal runs {@code stop}, on a thread of its own. */
    StopSignal(Runnable stop) {
        this.stop = stop;
        CODES.forEach((name, codeOfName) -> before.put(name, Signals.register(name, () -> received(name, codeOfName))));
    }

    /** Lets signals end the process at once, for as long as nothing is to be saved. One that is ignored, as by nohup, stays ignored. */
    public static void endAtOnce() {
        if (ProcessHandle.current().pid() != 1) { // for which the default is to ignore them
            CODES.keySet().forEach(Signals::registerDefault);
        }
    }

    private synchronized void received(String name, int codeOfName) {
        endAtOnce();
        if (code != 0) {
            end(name, codeOfName);
        }
        code = codeOfName;
        System.err.println(
                (Progress.TERMINAL ? System.lineSeparator() : "") + "stopping after this step; again: at once");
        stop.run();
    }

    /** For a second signal that came before the first had made signals end the process. */
    private static void end(String name, int codeOfName) {
        System.err.flush();
        long pid = ProcessHandle.current().pid();
        try {
            new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start().waitFor();
        } catch (IOException | InterruptedException e) {
            // Windows has no sh
        }
        Runtime.getRuntime().halt(codeOfName);
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
