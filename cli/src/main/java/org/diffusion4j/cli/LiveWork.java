package org.diffusion4j.cli;

import java.util.Locale;
import org.diffusion4j.image.DiffusionModel.DrawListener;

/** Work that a person watches and that leaves nothing before its end: a live line, and Ctrl-C, SIGTERM or SIGHUP stops it at its next step. */
final class LiveWork implements AutoCloseable {

    private final String task;
    private final Progress progress;
    private final StopSignal signal = new StopSignal(() -> {});

    LiveWork(String task) {
        this.task = task;
        this.progress = new Progress(task);
    }

    /**
     * Shows that {@code done} of {@code total} are done.
     *
     * @throws Stopped if a signal came
     */
    void at(long done, long total, String note) {
        if (signal.code() != 0) {
            throw new Stopped(
                    signal.code(),
                    String.format(
                            Locale.ROOT, "%s was stopped after %d of %d, of which nothing is kept", task, done, total));
        }
        progress.at(done, total, note);
    }

    /** Shows how far a draw of so many samples is, which go through the network in batches. */
    DrawListener of(int count, int batchSize) {
        long batches = ((long) count + batchSize - 1) / batchSize;
        return (first, step) -> {
            if (step.steps().isPresent()) {
                int steps = step.steps().getAsInt();
                at((long) first / batchSize * steps + step.index() + 1, batches * steps, "");
            } else {
                at(first, count, "step " + (step.index() + 1));
            }
        };
    }

    @Override
    public void close() {
        progress.close();
        signal.close();
    }
}
