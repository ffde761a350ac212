package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.Trainer;

/**
 * One training of a forecaster in its run folder, begun anew or resumed. While it is open nobody else can train in that folder.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class SeriesTraining extends RunFolder.Session<SeriesRecipe, Forecaster> {

    private SeriesTraining(RunFolder<SeriesRecipe> folder, Forecaster model, Trainer trainer, TrainListener recorder) {
        super(folder, model, trainer, recorder);
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
        return open(folder, opened -> {
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
        });
    }

    private static Trainer trainer(SeriesRecipe recipe, Forecaster model, SeriesTable table, int learned) {
        model.sampler(recipe.sample()); // refuses, before anything is learned, what could not be drawn
        WindowLoss loss = new WindowLoss(
                model.network(),
                model.process(),
                recipe.prediction(),
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
                heldOut ? Trainer.VALIDATION_SEED : recipe.train().seed(),
                heldOut,
                table.fingerprint());
    }
}
