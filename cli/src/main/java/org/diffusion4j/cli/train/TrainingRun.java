package org.diffusion4j.cli.train;

import java.nio.file.Path;
import org.diffusion4j.cli.console.LiveTraining;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.RunFolder.Session;
import org.jspecify.annotations.Nullable;

/**
 * How recipes of one kind are trained from the command line.
 *
 * @param <R> the recipe
 */
abstract class TrainingRun<R extends Record & Recipe> {

    private final Recipe.Kind<R> kind;
    private final String unit;
    private final String next;

    /**
     * For a kind.
     *
     * @param unit what its examples are called
     * @param next what a user does with the model, whose folder is the second argument after the program
     */
    TrainingRun(Recipe.Kind<R> kind, String unit, String next) {
        this.kind = kind;
        this.unit = unit;
        this.next = next;
    }

    final Recipe.Kind<R> kind() {
        return kind;
    }

    /** Opens a new run in a folder; the caller closes it. */
    abstract Session<?, ?> begin(R recipe, Path folder, TrainRequest request);

    /** Opens the run in a folder where it stopped; the caller closes it. */
    abstract Session<?, ?> resume(R recipe, Path folder, TrainRequest request);

    /** Says what there is to say of a model that is trained. */
    void report(R recipe, Path model, TrainRequest request) {}

    /** Begins a run and trains; returns the exit code. */
    final int begin(Path file, @Nullable Path out, TrainRequest request) {
        R recipe = kind.read(file, request.changes());
        Path folder = out == null ? Path.of("runs", recipe.name()) : out;
        Output.checkRun(folder, request.force());
        return train(begin(recipe, folder, request), recipe, folder, request);
    }

    /** Goes on with the run in a folder; returns the exit code. */
    final int resume(Path folder, TrainRequest request) {
        R recipe = kind.read(Output.recipe(folder), request.changes());
        return train(resume(recipe, folder, request), recipe, folder, request);
    }

    private int train(Session<?, ?> opened, R recipe, Path folder, TrainRequest request) {
        try (Session<?, ?> training = opened) {
            int code = LiveTraining.run(training, unit, "train --resume --out " + folder, request.err());
            if (code == 0) {
                Path model = training.modelFolder();
                request.out().printf("%s is trained; " + next + "%n", model, Program.CALLED, model);
                report(recipe, model, request);
            }
            return code;
        }
    }
}
