package org.diffusion4j.image.guidance;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Subset;
import org.diffusion4j.image.ImageExamples;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.Trainer;
import org.jspecify.annotations.Nullable;

/**
 * One training of a classifier of noisy pictures in its run folder, begun anew or resumed. While it is open nobody else can train in
 * that folder.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class NoisyClassifierTraining extends RunFolder.Session<NoisyClassifierRecipe, NoisyClassifier> {

    private NoisyClassifierTraining(
            RunFolder<NoisyClassifierRecipe> folder,
            NoisyClassifier classifier,
            Trainer trainer,
            TrainListener recorder) {
        super(folder, classifier, trainer, recorder);
    }

    /**
     * Begins a training. What can be refused is refused before anything in the folder changes.
     *
     * @param data of which {@code data.validation} images, the last, are held out
     * @param replace whether a run that is in the folder is removed
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if a run is there and shall not be replaced, if somebody trains in the folder,
     *     or if it cannot be written
     * @throws IllegalArgumentException if recipe and data do not fit
     */
    public static NoisyClassifierTraining begin(
            NoisyClassifierRecipe recipe, ImageDataset data, Path folder, boolean replace) {
        return open(RunFolder.create(folder, recipe.resolved(), replace), data, warning -> {});
    }

    /**
     * Goes on where the newest checkpoint that is whole left a training. One that is refused is as it was.
     *
     * @param data the same as before
     * @param changes assignments such as {@code train.steps=4000}, to what does not change the steps that were made
     * @param warnings receives a line for each checkpoint that is damaged
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if there is no run, if it was another recipe or other data, if somebody trains
     *     in the folder, or if it cannot be written
     */
    public static NoisyClassifierTraining resume(
            Path folder, ImageDataset data, List<String> changes, Consumer<String> warnings) {
        return open(
                RunFolder.resume(
                        folder,
                        file -> NoisyClassifierRecipe.read(file, changes).resolved()),
                data,
                warnings);
    }

    private static NoisyClassifierTraining open(
            RunFolder<NoisyClassifierRecipe> folder, ImageDataset data, Consumer<String> warnings) {
        NoisyClassifierRecipe recipe = folder.recipe();
        return open(folder, opened -> {
            NoisyClassifier classifier = recipe.newClassifier(data);
            opened.push(classifier);
            Trainer trainer = trainer(recipe, classifier, data);
            opened.push(trainer);
            TrainListener recorder = folder.begin(trainer, classifier::saveAverage, warnings);
            return new NoisyClassifierTraining(folder, classifier, trainer, recorder);
        });
    }

    private static Trainer trainer(NoisyClassifierRecipe recipe, NoisyClassifier classifier, ImageDataset data) {
        int heldOut = recipe.data().validation();
        Subset.@Nullable Split split = heldOut == 0 ? null : Subset.holdOutLast(data, heldOut);
        int batch = recipe.train().batchSize();
        int classes = classifier.labels().size();
        return new Trainer(
                recipe,
                classifier.network(),
                new NoisyClassifierLoss(
                        classifier.network(),
                        classifier.process(),
                        recipe.train().objective()),
                new ImageExamples(
                        split == null ? data : split.training(),
                        batch,
                        classes,
                        recipe.train().seed(),
                        recipe.data().flip()),
                split == null
                        ? null
                        : new ImageExamples(
                                split.heldOut(), Math.min(batch, heldOut), classes, Trainer.VALIDATION_SEED, false));
    }
}
