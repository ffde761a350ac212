package org.diffusion4j.cli.train;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.text.control.ControlModel;
import org.diffusion4j.text.control.ControlRecipe;
import org.diffusion4j.text.control.ControlTraining;
import org.diffusion4j.train.RunFolder.Session;

/** Classifiers of noisy texts, by which a model of texts is controlled. */
final class ControlRun extends TrainingRun<ControlRecipe> {

    private static final int MEASURED = 1000;

    ControlRun() {
        super(ControlRecipe.KIND, "texts", "write with: %s write MODEL --controls %s --control NAME=VALUE");
    }

    @Override
    Session<?, ?> begin(ControlRecipe recipe, Path folder, TrainRequest request) {
        try (TextModel model = controlled(recipe)) {
            return ControlTraining.begin(recipe, model, ControlTraining.read(recipe, model), folder, request.force());
        }
    }

    @Override
    Session<?, ?> resume(ControlRecipe recipe, Path folder, TrainRequest request) {
        try (TextModel model = controlled(recipe)) {
            return ControlTraining.resume(
                    folder, model, ControlTraining.read(recipe, model), request.changes(), request.err()::println);
        }
    }

    private static TextModel controlled(ControlRecipe recipe) {
        require(!recipe.of().isEmpty(), "which model is to be controlled? say --set of=runs/NAME/model");
        return TextModel.load(Path.of(recipe.of()));
    }

    /** How much of held-out texts the controls recognise. */
    @Override
    void report(ControlRecipe recipe, Path folder, TrainRequest request) {
        try (TextModel model = controlled(recipe);
                ControlModel controls = ControlModel.load(folder)) {
            TextCorpus corpus = ControlTraining.read(recipe, model);
            List<TextItem> heldOut = corpus.spread(MEASURED);
            if (heldOut.isEmpty()) {
                return;
            }
            PrintWriter print = request.out();
            controls.accuracy(heldOut, model)
                    .forEach((name, share) -> print.printf(
                            Locale.ROOT,
                            "%s: recognised in %.1f %% of its cases in %d held-out texts%n",
                            name,
                            100 * share,
                            heldOut.size()));
            if (controls.labels().hasTags()) {
                print.printf(
                        Locale.ROOT,
                        "the tagger that pos and span learned from: %.1f %% of the words of texts that it has not seen%n",
                        100 * controls.labels().taggerAccuracy());
            }
        }
    }
}
