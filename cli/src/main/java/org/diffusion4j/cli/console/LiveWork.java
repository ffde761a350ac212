package org.diffusion4j.cli.console;

import java.util.Locale;
import org.diffusion4j.image.DiffusionModel.DrawListener;

/** Work that a person watches and that leaves nothing before its end: a live line, and Ctrl-C, SIGTERM or SIGHUP stops it at its next step. */
public final class LiveWork implements AutoCloseable {

    private final String task;
    private final Progress progress;
    private final StopSignal signal = new StopSignal(() -> {});

    public LiveWork(String task) {
        this.task = task;
        this.progress = new Progress(task);
    }

    /**
     * Shows that {@code done} of {@code total} are done.
     *
     * @param unit what is counted, in the plural
     * @throws Stopped if a signal came
     */
    public void at(long done, long total, String unit) {
        at(done, total, unit, unit);
    }

    /** The same with something else to say than the unit. */
    public void at(long done, long total, String unit, String note) {
        stopHere(done, total, unit);
        progress.at(done, total, note);
    }

    /** Shows how far a draw of so many pictures is, which go through the network in batches. */
    public DrawListener of(int count, int batchSize) {
        long batches = ((long) count + batchSize - 1) / batchSize;
        return (first, step) -> {
            stopHere(first, count, "pictures");
            if (step.steps().isPresent()) {
                int steps = step.steps().getAsInt();
                progress.at((long) first / batchSize * steps + step.index() + 1, batches * steps, "");
            } else {
                progress.at(first, count, "step " + (step.index() + 1));
            }
        };
    }

    private void stopHere(long done, long total, String unit) {
        if (signal.code() != 0) {
            String far = String.format(Locale.ROOT, "%d of %d %s", done, total, unit);
            throw new Stopped(signal.code(), task + " was stopped after " + far + ", of which nothing is kept");
        }
    }

    @Override
    public void close() {
        progress.close();
        signal.close();
    }
}
