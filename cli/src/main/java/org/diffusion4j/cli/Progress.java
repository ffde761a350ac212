package org.diffusion4j.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A live line on a terminal: how far, what now, how long still. Where stderr is no terminal there is none. */
final class Progress implements AutoCloseable {

    /** The launcher says whether stderr is a terminal, which Java cannot ask. */
    private static final boolean TERMINAL = Boolean.getBoolean("diffuse.terminal");

    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /** A line of {@code total} steps of which {@code done} were done before. */
    static Progress of(String task, long done, long total) {
        if (!TERMINAL) {
            return new Progress(null);
        }
        return new Progress(new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(done, java.time.Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(250)
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .build());
    }

    /** The step that was reached, and what to say of it. */
    void at(long step, String note) {
        if (bar != null) {
            bar.stepTo(step);
            bar.setExtraMessage(" " + note);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
