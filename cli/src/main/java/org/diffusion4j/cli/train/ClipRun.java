package org.diffusion4j.cli.train;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.latent.clip.ClipRecipe;
import org.diffusion4j.latent.clip.ClipTraining;
import org.diffusion4j.train.RunFolder.Session;

/** CLIPs of captioned pictures. */
final class ClipRun extends TrainingRun<ClipRecipe> {

    ClipRun() {
        super(ClipRecipe.KIND, "pairs", "try it with: %s clip search FOLDER --text WORDS --clip %s");
    }

    @Override
    Session<?, ?> begin(ClipRecipe recipe, Path folder, TrainRequest request) {
        return ClipTraining.begin(recipe, captions(recipe, request), folder, request.force());
    }

    @Override
    Session<?, ?> resume(ClipRecipe recipe, Path folder, TrainRequest request) {
        return ClipTraining.resume(folder, captions(recipe, request), request.changes(), request.err()::println);
    }

    private static CaptionedImages captions(ClipRecipe recipe, TrainRequest request) {
        require(!recipe.source().isEmpty(), "which pictures? say --data with a folder that has captions");
        return recipe.data().read(recipe.vision().size(), ReadOptions.DEFAULT.noting(request.err()::println));
    }
}
