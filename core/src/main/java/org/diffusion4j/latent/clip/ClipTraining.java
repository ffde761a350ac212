package org.diffusion4j.latent.clip;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.clip.ClipPictures;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.data.clip.LearnedVocabulary;
import org.diffusion4j.latent.Augmentation;
import org.diffusion4j.latent.CaptionExamples;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.clip.ClipModel;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.Trainer;

/**
 * One training of a CLIP in its run folder, begun anew or resumed. While it is open nobody else can train in that folder. The vocabulary
 * is learned from the captions first. The model's folder is as transformers has it, so that {@link Clip#load} reads it.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class ClipTraining extends RunFolder.Session<ClipRecipe, ClipModel> {

    private ClipTraining(RunFolder<ClipRecipe> folder, ClipModel model, Trainer trainer, TrainListener recorder) {
        super(folder, model, trainer, recorder);
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
    public static ClipTraining begin(ClipRecipe recipe, CaptionedImages data, Path folder, boolean replace) {
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
    public static ClipTraining resume(
            Path folder, CaptionedImages data, List<String> changes, Consumer<String> warnings) {
        return open(
                RunFolder.resume(folder, file -> ClipRecipe.read(file, changes).resolved()), data, warnings);
    }

    private static ClipTraining open(RunFolder<ClipRecipe> folder, CaptionedImages data, Consumer<String> warnings) {
        ClipRecipe recipe = folder.recipe();
        int size = recipe.vision().size();
        require(
                data.channels() == 3 && data.height() == size && data.width() == size,
                "%s: the pictures are %s×%s with %s channels, the vision tower sees %s×%s with 3",
                data.name(),
                data.width(),
                data.height(),
                data.channels(),
                size,
                size);
        return open(folder, opened -> {
            int heldOut = recipe.data().validation();
            List<CaptionedImages> parts =
                    heldOut == 0 ? List.of(data) : data.holdOutRandom(heldOut, Trainer.VALIDATION_SEED);
            CaptionedImages training = parts.get(0);
            LearnedVocabulary vocabulary = LearnedVocabulary.of(
                    IntStream.range(0, training.size())
                            .mapToObj(training::captions)
                            .flatMap(List::stream)
                            .toList(),
                    recipe.text().merges());
            ClipTokenizer tokenizer = vocabulary.tokenizer(recipe.text().length());
            ClipModel model = new ClipModel(
                    recipe.textConfig(tokenizer.size()),
                    recipe.visionConfig(),
                    recipe.train().seed(),
                    ScalarType.Float);
            opened.push(model);
            int batch = recipe.train().batchSize();
            Trainer trainer = new Trainer(
                    recipe,
                    new Towers(model),
                    new ClipLoss(model, ClipPictures.ofSize(size)),
                    new CaptionExamples(
                            training,
                            tokenizer,
                            batch,
                            recipe.train().seed(),
                            recipe.data().augmentation()),
                    heldOut == 0
                            ? null
                            : new CaptionExamples(
                                    parts.get(1),
                                    tokenizer,
                                    Math.min(batch, heldOut),
                                    Trainer.VALIDATION_SEED,
                                    Augmentation.NONE));
            opened.push(trainer);
            ClipFolder files = new ClipFolder(recipe, vocabulary);
            TrainListener recorder =
                    folder.begin(trainer, (target, average) -> files.write(target, model, average), warnings);
            return new ClipTraining(folder, model, trainer, recorder);
        });
    }

    /** A CLIP as the trainer sees it, whose loss calls its towers itself. */
    private record Towers(ClipModel model) implements Network {

        @Override
        public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
            return model.pictureFeatures(x);
        }

        @Override
        public Parameters parameters() {
            return model.parameters();
        }
    }
}
