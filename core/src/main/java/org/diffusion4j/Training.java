package org.diffusion4j;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Subset;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ImageTraining;
import org.diffusion4j.image.SampleGrids;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.TrainResult;
import org.diffusion4j.train.Trainer;

/**
 * One training in its run folder, begun anew or resumed. While it is open nobody else can train in that folder.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class Training implements AutoCloseable {

    private final RunFolder<ImageRecipe> folder;
    private final DiffusionModel model;
    private final Trainer trainer;
    private final TrainListener recorder;
    private final CloseGuard guard = new CloseGuard("the training", this::free);

    private Training(RunFolder<ImageRecipe> folder, DiffusionModel model, Trainer trainer, TrainListener recorder) {
        this.folder = folder;
        this.model = model;
        this.trainer = trainer;
        this.recorder = recorder;
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
        Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(folder));
        try {
            DiffusionModel model = recipe.newModel(data);
            opened.push(model);
            Trainer trainer = trainer(recipe, model, data);
            opened.push(trainer);
            TrainListener recorder =
                    folder.begin(trainer, (into, average) -> model.saveAverage(into, average, true), warnings);
            return new Training(
                    folder, model, trainer, TrainListener.all(recorder, new SampleGrids(recipe, model, folder)));
        } catch (RuntimeException e) {
            opened.forEach(resource -> closeAfter(e, resource));
            throw e;
        }
    }

    private static Trainer trainer(ImageRecipe recipe, DiffusionModel model, ImageDataset data) {
        int heldOut = recipe.data().validation();
        if (heldOut == 0) {
            return ImageTraining.trainer(recipe, model, data, null);
        }
        Subset.Split split = Subset.holdOutLast(data, heldOut);
        return ImageTraining.trainer(recipe, model, split.training(), split.heldOut());
    }

    private static void closeAfter(RuntimeException failure, AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    /** The recipe, with all that was left open decided. */
    public ImageRecipe recipe() {
        return folder.recipe();
    }

    /** The model in training, lent; its weights are not the averaged ones. */
    public DiffusionModel model() {
        return model;
    }

    /** Where the model with its averaged weights lies, as of the newest checkpoint. */
    public Path modelFolder() {
        return folder.path().resolve("model");
    }

    /** The step that was made last, 0 before the first. */
    public long step() {
        return trainer.state().step();
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
