package org.diffusion4j.text;

import java.nio.file.Files;
import java.util.stream.Collectors;
import org.diffusion4j.io.AtomicFile;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;

/** Writes what a model in training has learned to write, always from the same noise, into the run's folder. */
final class TextSamples implements TrainListener {

    private static final String EXTENSION = ".txt";
    private static final int USUAL = 10;

    private final TextModel model;
    private final RunFolder<?> run;
    private final int count;

    TextSamples(TextModel model, RunFolder<?> run) {
        this.model = model;
        this.run = run;
        Integer asked = model.recipe().train().sampleCount();
        count = asked == null ? USUAL : asked;
    }

    @Override
    public void onSample(long step) {
        if (count > 0) {
            AtomicFile.write(
                    run.samples(step, EXTENSION),
                    model.write(count, 0).stream().collect(Collectors.joining("\n", "", "\n")));
        }
    }

    @Override
    public boolean lacksSamples(long step) {
        return count > 0 && !Files.exists(run.samples(step, EXTENSION));
    }
}
