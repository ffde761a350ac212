package org.diffusion4j;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Subset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ImageTraining;
import org.diffusion4j.image.SampleGrids;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.Trainer;

/**
 * One training in its run folder, begun anew or resumed. While it is open nobody else can train in that folder.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class Training extends RunFolder.Session<ImageRecipe, DiffusionModel> {

    private Training(RunFolder<ImageRecipe> folder, DiffusionModel model, Trainer trainer, TrainListener recorder) {
        super(folder, model, trainer, recorder);
    }

    /**
     * Begins a training. What can be refused is refused before anything in the folder changes.
     *
     * @param data of which {@code data.validation} images, the last, are held out
     * @param replace whether a run that is in the folder is removed
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if a run is there and shall not be replaced, if somebody trains in the folder,
     *     or if it cannot be written
     * @throws IllegalArgumentException if recipe and data do not fit, or samples cannot be drawn as the recipe says
     */
    public static Training begin(ImageRecipe recipe, ImageDataset data, Path folder, boolean replace) {
        return open(RunFolder.create(folder, recipe.resolved(), replace), data, warning -> {});
    }

    /**
     * Goes on where the newest checkpoint that is whole left a training. One that is refused is as it was.
     *
     * @param data the same as before
     * @param changes assignments such as {@code train.steps=20000}, to what does not change the steps that were made
     * @param warnings receives a line for each checkpoint that is damaged
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if there is no run, if it was another recipe or other data, if somebody trains
     *     in the folder, or if it cannot be written
     */
    public static Training resume(Path folder, ImageDataset data, List<String> changes, Consumer<String> warnings) {
        return open(
                RunFolder.resume(folder, file -> ImageRecipe.read(file, changes).resolved()), data, warnings);
    }

    private static Training open(RunFolder<ImageRecipe> folder, ImageDataset data, Consumer<String> warnings) {
        ImageRecipe recipe = folder.recipe();
        return open(folder, opened -> {
            DiffusionModel model = recipe.newModel(data);
            opened.push(model);
            Trainer trainer = trainer(recipe, model, data);
            opened.push(trainer);
            TrainListener recorder =
                    folder.begin(trainer, (into, average) -> model.saveAverage(into, average, true), warnings);
            return new Training(
                    folder, model, trainer, TrainListener.all(recorder, new SampleGrids(recipe, model, folder)));
        });
    }

    private static Trainer trainer(ImageRecipe recipe, DiffusionModel model, ImageDataset data) {
        int heldOut = recipe.data().validation();
        if (heldOut == 0) {
            return ImageTraining.trainer(recipe, model, data, null);
        }
        Subset.Split split = Subset.holdOutLast(data, heldOut);
        return ImageTraining.trainer(recipe, model, split.training(), split.heldOut());
    }
}
