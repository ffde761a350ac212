package org.diffusion4j.text;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.data.text.Vocabulary;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.Trainer;

/**
 * One training of a model of texts in its run folder, begun anew or resumed. While it is open nobody else can train in that folder.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class TextTraining extends RunFolder.Session<TextRecipe, TextModel> {

    private TextTraining(RunFolder<TextRecipe> folder, TextModel model, Trainer trainer, TrainListener recorder) {
        super(folder, model, trainer, recorder);
    }

    /**
     * Begins a training. What can be refused is refused before anything in the folder changes.
     *
     * @param corpus whose held-out texts are not learned from
     * @param replace whether a run that is in the folder is removed
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if a run is there and shall not be replaced, if somebody trains in the folder,
     *     or if it cannot be written
     * @throws IllegalArgumentException if recipe and texts do not fit
     */
    public static TextTraining begin(TextRecipe recipe, TextCorpus corpus, Path folder, boolean replace) {
        return open(RunFolder.create(folder, recipe.resolved(), replace), corpus, warning -> {});
    }

    /**
     * Goes on where the newest checkpoint that is whole left a training. One that is refused is as it was.
     *
     * @param corpus the same as before
     * @param changes assignments such as {@code train.steps=20000}, to what does not change the steps that were made
     * @param warnings receives a line for each checkpoint that is damaged
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if there is no run, if it was another recipe or other data, if somebody trains
     *     in the folder, or if it cannot be written
     */
    public static TextTraining resume(Path folder, TextCorpus corpus, List<String> changes, Consumer<String> warnings) {
        return open(
                RunFolder.resume(folder, file -> TextRecipe.read(file, changes).resolved()), corpus, warnings);
    }

    private static TextTraining open(RunFolder<TextRecipe> folder, TextCorpus corpus, Consumer<String> warnings) {
        return open(folder, opened -> {
            TextRecipe recipe = folder.recipe();
            Vocabulary vocabulary = Vocabulary.of(
                    recipe.data().unit(), corpus.trainingTexts(), recipe.data().fewest());
            TextCard card = new TextCard(recipe, vocabulary);
            TextModel model = new TextModel(TextModel.networkOf(card), card);
            opened.push(model);
            model.network().parameters().computeIn(recipe.train().compute());
            Trainer trainer = trainer(recipe, model, corpus);
            opened.push(trainer);
            TrainListener recorder = folder.begin(trainer, model::saveAverage, warnings);
            return new TextTraining(
                    folder, model, trainer, TrainListener.all(recorder, new TextSamples(model, folder)));
        });
    }

    private static Trainer trainer(TextRecipe recipe, TextModel model, TextCorpus corpus) {
        model.requireFits(recipe.sample()); // before anything is learned
        TextLoss loss = new TextLoss(
                model.network(),
                model.process(),
                model.prediction(),
                recipe.timeScale(),
                recipe.train().objective());
        TextExamples training = examples(recipe, model, corpus.trainingTexts(), corpus.fingerprint(), false);
        try (PointerScope scope = new PointerScope()) {
            model.prediction().begin(training.tokens());
        }
        List<String> heldOut = corpus.heldOutTexts();
        int validation = Math.min(recipe.data().validation(), heldOut.size());
        return new Trainer(
                recipe,
                model.network(),
                loss,
                training,
                validation == 0
                        ? null
                        : examples(recipe, model, heldOut.subList(0, validation), corpus.fingerprint(), true));
    }

    private static TextExamples examples(
            TextRecipe recipe, TextModel model, List<String> texts, String fingerprint, boolean heldOut) {
        return new TextExamples(
                recipe.data()
                        .layout()
                        .rows(model.vocabulary(), texts, recipe.data().length()),
                recipe.model().embedding(),
                recipe.infilling(),
                recipe.train().batchSize(),
                heldOut ? Trainer.VALIDATION_SEED : recipe.train().seed(),
                heldOut,
                fingerprint);
    }
}
