package org.diffusion4j.cli.console;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What a long work says where no terminal shows a live line: every half minute a line, with the time that is left. */
final class StepLines {

    private static final long EVERY = TimeUnit.SECONDS.toNanos(30);

    private final PrintWriter out;
    private final LongSupplier nanoTime;
    private final long begun;
    private long said;
    private long first = -1;

    StepLines(PrintWriter out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
        this.said = begun;
    }

    /** Says, if it is time, that {@code done} of {@code total} are done. */
    void at(long done, long total, String note) {
        if (first < 0) {
            first = done - 1;
        }
        long now = nanoTime.getAsLong();
        if (now - said >= EVERY) {
            said = now;
            double left = (now - begun) / 6e10 * (total - done) / (done - first);
            out.printf(Locale.ROOT, "step %d of %d, %s, about %.1f minutes left%n", done, total, note, left);
            out.flush();
        }
    }
}
