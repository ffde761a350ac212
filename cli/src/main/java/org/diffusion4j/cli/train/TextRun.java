package org.diffusion4j.cli.train;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.text.TextRecipe;
import org.diffusion4j.text.TextTraining;
import org.diffusion4j.train.RunFolder.Session;

/** Models of texts. */
final class TextRun extends TrainingRun<TextRecipe> {

    TextRun() {
        super(TextRecipe.KIND, "texts", "write with: %s write %s --count 10");
    }

    @Override
    Session<?, ?> begin(TextRecipe recipe, Path folder, TrainRequest request) {
        require(!recipe.source().isEmpty(), "which texts? say --data with a file of texts or a folder");
        TextRecipe.Data data = recipe.data();
        TextCorpus corpus = data.read();
        long cut = data.cut(corpus);
        if (cut > 0) {
            request.err()
                    .printf(
                            "%d of %d texts are longer than %d %s and are cut; data.length is that plus 2%n",
                            cut, corpus.training().size(), data.length() - 2, data.unit());
        }
        return TextTraining.begin(recipe, corpus, folder, request.force());
    }

    @Override
    Session<?, ?> resume(TextRecipe recipe, Path folder, TrainRequest request) {
        return TextTraining.resume(folder, recipe.data().read(), request.changes(), request.err()::println);
    }
}
