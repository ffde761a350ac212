package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.TrainResult;
import org.diffusion4j.train.Trainer;

/**
 * One training of a forecaster in its run folder, begun anew or resumed. While it is open nobody else can train in that folder.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class SeriesTraining implements AutoCloseable {

    private static final long VALIDATION_SEED = 20200619; // any, but the same in all runs

    private final RunFolder<SeriesRecipe> folder;
    private final Forecaster model;
    private final Trainer trainer;
    private final TrainListener recorder;
    private final CloseGuard guard = new CloseGuard("the training", this::free);

    private SeriesTraining(RunFolder<SeriesRecipe> folder, Forecaster model, Trainer trainer, TrainListener recorder) {
        this.folder = folder;
        this.model = model;
        this.trainer = trainer;
        this.recorder = recorder;
    }

    /**
     * Begins a training. What can be refused is refused before anything in the folder changes.
     *
     * @param table of which the last {@code data.test} rows are not learned from, and the {@code data.validation} before them neither
     * @param replace whether a run that is in the folder is removed
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if a run is there and shall not be replaced, if somebody trains in the folder,
     *     or if it cannot be written
     * @throws IllegalArgumentException if recipe and table do not fit
     */
    public static SeriesTraining begin(SeriesRecipe recipe, SeriesTable table, Path folder, boolean replace) {
        return open(RunFolder.create(folder, recipe.resolved(), replace), table, warning -> {});
    }

    /**
     * Goes on where the newest checkpoint that is whole left a training. One that is refused is as it was.
     *
     * @param table the same as before
     * @param changes assignments such as {@code train.steps=20000}, to what does not change the steps that were made
     * @param warnings receives a line for each checkpoint that is damaged
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if there is no run, if it was another recipe or other data, if somebody trains
     *     in the folder, or if it cannot be written
     */
    public static SeriesTraining resume(
            Path folder, SeriesTable table, List<String> changes, Consumer<String> warnings) {
        return open(
                RunFolder.resume(
                        folder, file -> SeriesRecipe.read(file, changes).resolved()),
                table,
                warnings);
    }

    private static SeriesTraining open(RunFolder<SeriesRecipe> folder, SeriesTable table, Consumer<String> warnings) {
        Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(folder));
        try {
            SeriesRecipe recipe = folder.recipe();
            int seen = table.rows() - recipe.data().test();
            int learned = seen - recipe.data().validation();
            require(
                    learned >= 1,
                    "the table has %s rows, of which data.test %s and data.validation %s leave none to learn from",
                    table.rows(),
                    recipe.data().test(),
                    recipe.data().validation());
            Forecaster model = Forecaster.untrained(recipe, table.first(seen), learned);
            opened.push(model);
            Trainer trainer = trainer(recipe, model, table.first(seen), learned);
            opened.push(trainer);
            TrainListener recorder = folder.begin(trainer, model::saveAverage, warnings);
            return new SeriesTraining(folder, model, trainer, recorder);
        } catch (RuntimeException e) {
            opened.forEach(resource -> closeAfter(e, resource));
            throw e;
        }
    }

    private static Trainer trainer(SeriesRecipe recipe, Forecaster model, SeriesTable table, int learned) {
        model.sampler(recipe.sample()); // refuses, before anything is learned, what could not be drawn
        WindowLoss loss = new WindowLoss(
                model.network(),
                model.process(),
                Prediction.named(recipe.prediction()),
                recipe.regression(),
                recipe.train().objective());
        int batch = recipe.train().batchSize();
        SeriesExamples training = examples(recipe, model, table, 0, learned, batch, false);
        SeriesExamples heldOut = recipe.data().validation() == 0
                ? null
                : examples(recipe, model, table, learned, table.rows(), batch, true);
        return new Trainer(recipe, model.network(), loss, training, heldOut);
    }

    private static SeriesExamples examples(
            SeriesRecipe recipe, Forecaster model, SeriesTable table, int from, int to, int batch, boolean heldOut) {
        return new SeriesExamples(
                ModelSeries.of(table, recipe.data().transform()),
                table.times(0, table.rows()).stream()
                        .map(model.card().calendar()::of)
                        .toArray(double[][]::new),
                recipe.data().shape(table.frequency()),
                model.card().scale(),
                from,
                to,
                batch,
                heldOut ? VALIDATION_SEED : recipe.train().seed(),
                heldOut,
                table.fingerprint());
    }

    private static void closeAfter(RuntimeException failure, AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    /** Where the model with its averaged weights lies, as of the newest checkpoint. */
    public Path modelFolder() {
        return folder.path().resolve("model");
    }

    /** Lets {@link #run} finish its step, save, and return. */
    public void requestStop() {
        trainer.requestStop();
    }

    /**
     * Trains until the recipe's steps are done, its time is up, or somebody stops it. The run folder is written first, then the
     * listener is called.
     *
     * @throws java.util.concurrent.CancellationException if it is {@linkplain org.diffusion4j.engine.Cancellation cancelled} or
     *     interrupted, after the step under way is done and saved
     */
    public TrainResult run(TrainListener listener) {
        try (CloseGuard.Use use = guard.use()) {
            return trainer.run(TrainListener.all(recorder, listener));
        }
    }

    /** Asks a run under way to stop and save, waits for it, and frees; a listener that closes does not wait, and all is freed after its run. */
    @Override
    public void close() {
        trainer.requestStop();
        guard.close();
    }

    private void free() {
        try (folder;
                model) {
            trainer.close();
        }
    }
}
