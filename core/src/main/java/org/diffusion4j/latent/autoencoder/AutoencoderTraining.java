package org.diffusion4j.latent.autoencoder;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Subset;
import org.diffusion4j.image.ImageExamples;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.train.Examples;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.Trainer;
import org.jspecify.annotations.Nullable;

/**
 * One training of an autoencoder in its run folder, begun anew or resumed. While it is open nobody else can train in that folder. The
 * model's folder is as diffusers' {@code vae} folders are.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class AutoencoderTraining extends RunFolder.Session<AutoencoderRecipe, AutoencoderKL> {

    private AutoencoderTraining(
            RunFolder<AutoencoderRecipe> folder, AutoencoderKL autoencoder, Trainer trainer, TrainListener recorder) {
        super(folder, autoencoder, trainer, recorder);
    }

    /**
     * Begins a training. What can be refused is refused before anything in the folder changes.
     *
     * @param data of which {@code data.validation} pictures, drawn by chance, are held out
     * @param replace whether a run that is in the folder is removed
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if a run is there and shall not be replaced, if somebody trains in the folder,
     *     or if it cannot be written
     * @throws IllegalArgumentException if recipe and data do not fit
     */
    public static AutoencoderTraining begin(AutoencoderRecipe recipe, ImageDataset data, Path folder, boolean replace) {
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
    public static AutoencoderTraining resume(
            Path folder, ImageDataset data, List<String> changes, Consumer<String> warnings) {
        return open(
                RunFolder.resume(
                        folder, file -> AutoencoderRecipe.read(file, changes).resolved()),
                data,
                warnings);
    }

    private static AutoencoderTraining open(
            RunFolder<AutoencoderRecipe> folder, ImageDataset data, Consumer<String> warnings) {
        AutoencoderRecipe recipe = folder.recipe();
        requireFits(recipe, data);
        return open(folder, opened -> {
            AutoencoderKL autoencoder =
                    new AutoencoderKL(recipe.model(), recipe.train().seed(), ScalarType.Float);
            opened.push(autoencoder);
            int heldOut = recipe.data().validation();
            Subset.@Nullable Split split =
                    heldOut == 0 ? null : Subset.holdOutRandom(data, heldOut, Trainer.VALIDATION_SEED);
            Examples validation = split == null ? null : examples(recipe, split.heldOut(), true);
            Examples training = examples(recipe, split == null ? data : split.training(), false);
            Trainer trainer = new Trainer(
                    recipe,
                    new AutoencoderNetwork(autoencoder),
                    new AutoencoderLoss(autoencoder, recipe.klWeight()),
                    training,
                    validation);
            opened.push(trainer);
            TrainListener recorder = folder.begin(
                    trainer, (model, average) -> AutoencoderFolder.write(autoencoder, model, average), warnings);
            return new AutoencoderTraining(
                    folder,
                    autoencoder,
                    trainer,
                    TrainListener.all(
                            recorder,
                            new Reconstructions(autoencoder, validation == null ? training : validation, folder)));
        });
    }

    private static void requireFits(AutoencoderRecipe recipe, ImageDataset data) {
        int channels = recipe.model().inChannels();
        require(
                data.channels() == channels,
                "%s: the pictures have %s channels, the autoencoder %s; set model.inChannels and model.outChannels",
                data.name(),
                data.channels(),
                channels);
        int factor = recipe.model().factor();
        require(
                data.height() % factor == 0 && data.width() % factor == 0,
                "%s: the pictures are %s×%s, which does not divide by the autoencoder's %s; set data.size or fewer model.blockOutChannels",
                data.name(),
                data.width(),
                data.height(),
                factor);
    }

    private static Examples examples(AutoencoderRecipe recipe, ImageDataset data, boolean heldOut) {
        int batch = recipe.train().batchSize();
        return heldOut
                ? new ImageExamples(data, Math.min(batch, data.size()), 0, Trainer.VALIDATION_SEED, false)
                : new ImageExamples(
                        data, batch, 0, recipe.train().seed(), recipe.data().flip());
    }
}
