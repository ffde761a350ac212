package org.diffusion4j.cli.console;

import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A live line on a terminal: how far, how long still, what now. Where stderr is no terminal nothing is shown. */
public final class Progress implements AutoCloseable {

    /** Said by the launcher, because Java cannot ask. */
    static final boolean TERMINAL = Boolean.getBoolean("diffuse.terminal");

    private final String task;
    private @Nullable ProgressBar bar;

    public Progress(String task) {
        this.task = task;
    }

    /** Shows that {@code done} of {@code total} are done. */
    public void at(long done, long total, String note) {
        if (!TERMINAL) {
            return;
        }
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .startsFrom(done, Duration.ZERO)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(250)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .build();
        }
        bar.maxHint(total).stepTo(done).setExtraMessage(" " + note);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
