package org.diffusion4j.cli.console;

import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** How far, how long still, what now: a live line on a terminal, and a line every half minute where stderr is none. */
public final class Progress implements AutoCloseable {

    /** Said by the launcher, because Java cannot ask. */
    static final boolean TERMINAL = Boolean.getBoolean("diffuse.terminal");

    private final String task;
    private final StepLines lines;
    private @Nullable ProgressBar bar;

    public Progress(String task) {
        this.task = task;
        this.lines = new StepLines(task, System.err::println, System::nanoTime);
    }

    /** Shows that {@code done} of {@code total} are done. */
    public void at(long done, long total, String note) {
        if (!TERMINAL) {
            lines.at(done, total, note);
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
