package org.diffusion4j.cli.console;

import java.io.PrintWriter;
import java.util.Locale;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.TrainResult;

/**
 * A training that a person watches: how far it is, and the first Ctrl-C, SIGTERM or SIGHUP saves.
 */
public final class LiveTraining implements TrainListener, AutoCloseable {

    private final Progress progress = new Progress("training");
    private final String unit;

    private LiveTraining(String unit) {
        this.unit = unit;
    }

    /**
     * Trains, and says on {@code err} how to go on where it was stopped.
     *
     * @param unit what its examples are called
     * @param goOn the command that goes on
     * @return the exit code of the process: 0 where no signal came
     */
    public static int run(RunFolder.Session<?, ?> training, String unit, String goOn, PrintWriter err) {
        try (StopSignal signal = new StopSignal(training::requestStop)) {
            TrainResult result;
            try (LiveTraining live = new LiveTraining(unit)) {
                result = training.run(live);
            }
            if (result.end() != TrainResult.End.FINISHED || signal.code() != 0) {
                err.printf(
                        Locale.ROOT,
                        "%s after step %d, which is saved; go on with: %s %s%n",
                        result.end(),
                        result.step(),
                        Program.CALLED,
                        goOn);
            }
            return signal.code();
        }
    }

    @Override
    public void onStep(Step step) {
        String note = String.format(Locale.ROOT, "loss %.4f, %.0f %s/s", step.loss(), step.examplesPerSecond(), unit);
        progress.at(step.step(), step.steps(), note);
    }

    @Override
    public void close() {
        progress.close();
    }
}
