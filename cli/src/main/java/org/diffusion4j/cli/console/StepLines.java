package org.diffusion4j.cli.console;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** What a long work says where no terminal shows a live line: every half minute a line, with the time that is left. */
final class StepLines {

    private static final long EVERY = TimeUnit.SECONDS.toNanos(30);

    private final String task;
    private final Consumer<String> out;
    private final LongSupplier nanoTime;
    private long said;
    private long begun;
    private long first;
    private long last = Long.MAX_VALUE;
    private long total = -1;

    StepLines(String task, Consumer<String> out, LongSupplier nanoTime) {
        this.task = task;
        this.out = out;
        this.nanoTime = nanoTime;
        this.said = nanoTime.getAsLong();
    }

    /** Says, if it is time, that {@code done} of {@code total} are done. Counts that start again, or go to another total, are other work. */
    void at(long done, long total, String note) {
        long now = nanoTime.getAsLong();
        if (done < last || total != this.total) {
            begun = now;
            first = done;
            this.total = total;
        }
        last = done;
        if (now - said >= EVERY) {
            said = now;
            String far = note.isBlank() ? "" : ", " + note.strip();
            String left = done == first
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            ", about %.1f minutes left",
                            (now - begun) / 6e10 * (total - done) / (done - first));
            out.accept(String.format(Locale.ROOT, "%s: %d of %d%s%s", task, done, total, far, left));
        }
    }
}
