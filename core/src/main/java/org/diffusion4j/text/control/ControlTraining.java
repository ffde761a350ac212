package org.diffusion4j.text.control;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.diffusion4j.data.text.FactTable;
import org.diffusion4j.data.text.TaggedText;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.text.TextRecipe;
import org.diffusion4j.text.TextTraining;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.Trainer;

/**
 * One training of controls in its run folder, begun anew or resumed. While it is open nobody else can train in that folder.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class ControlTraining extends RunFolder.Session<ControlRecipe, ControlModel> {

    private ControlTraining(
            RunFolder<ControlRecipe> folder, ControlModel model, Trainer trainer, TrainListener recorder) {
        super(folder, model, trainer, recorder);
    }

    /**
     * Begins a training. What can be refused is refused before anything in the folder changes.
     *
     * @param of the model that is to be controlled; is not needed afterwards
     * @param replace whether a run that is in the folder is removed
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException as {@link TextTraining#begin}
     * @throws IllegalArgumentException if the texts have no facts and there are no tagged ones
     */
    public static ControlTraining begin(
            ControlRecipe recipe, TextModel of, TextCorpus corpus, Path folder, boolean replace) {
        return open(RunFolder.create(folder, recipe.resolved(), replace), of, corpus, warning -> {});
    }

    /**
     * Goes on where the newest checkpoint that is whole left a training.
     *
     * @param of the same model
     * @param corpus the same texts
     * @param changes assignments to what does not change the steps that were made
     * @param warnings receives a line for each checkpoint that is damaged
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException as {@link TextTraining#resume}
     */
    public static ControlTraining resume(
            Path folder, TextModel of, TextCorpus corpus, List<String> changes, Consumer<String> warnings) {
        return open(
                RunFolder.resume(
                        folder, file -> ControlRecipe.read(file, changes).resolved()),
                of,
                corpus,
                warnings);
    }

    /** The texts that a recipe learns from: those of the model where it names none. */
    public static TextCorpus read(ControlRecipe recipe, TextModel of) {
        TextRecipe.Data data = of.recipe().data();
        return (recipe.source().isEmpty() ? data : data.withSource(recipe.source())).read();
    }

    /** The tagged texts that a recipe names: a file beside the texts, or anywhere. */
    private static List<TaggedText> tagged(ControlRecipe recipe, TextModel of) {
        String name = recipe.data().tagged();
        if (name.isEmpty()) {
            return List.of();
        }
        String source = recipe.source().isEmpty() ? of.recipe().source() : recipe.source();
        Path beside = Path.of(source).resolve(name);
        return TaggedFile.read(Files.exists(beside) ? beside : Path.of(name));
    }

    private static ControlTraining open(
            RunFolder<ControlRecipe> folder, TextModel of, TextCorpus corpus, Consumer<String> warnings) {
        return open(folder, opened -> {
            ControlRecipe recipe = folder.recipe();
            ControlLabels labels = new ControlLabels(FactTable.of(corpus.training()), tagged(recipe, of));
            ControlModel model = ControlModel.untrained(recipe, of, labels);
            opened.push(model);
            Trainer trainer = new Trainer(
                    recipe,
                    model.classifier(),
                    new ControlLoss(
                            model.classifier(),
                            of.process(),
                            of.recipe().timeScale(),
                            labels.facts(),
                            recipe.train().objective()),
                    examples(recipe, of, corpus, labels, false),
                    corpus.heldOut().isEmpty() ? null : examples(recipe, of, corpus, labels, true));
            opened.push(trainer);
            return new ControlTraining(folder, model, trainer, folder.begin(trainer, model::saveAverage, warnings));
        });
    }

    private static ControlExamples examples(
            ControlRecipe recipe, TextModel of, TextCorpus corpus, ControlLabels labels, boolean heldOut) {
        return new ControlExamples(
                heldOut ? corpus.heldOut() : corpus.training(),
                labels,
                of,
                recipe.train().batchSize(),
                heldOut ? Trainer.VALIDATION_SEED : recipe.train().seed(),
                heldOut,
                labels.hasTags()
                        ? Sha256.of(corpus.fingerprint() + TaggedFile.fingerprint(labels.tagged()))
                        : corpus.fingerprint());
    }
}
