package org.diffusion4j.cli.train;

import java.nio.file.Path;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.latent.training.LatentRecipe;
import org.diffusion4j.latent.training.LatentTraining;
import org.diffusion4j.train.RunFolder.Session;

/** Latent diffusion models of captioned pictures. */
final class LatentRun extends TrainingRun<LatentRecipe> {

    LatentRun() {
        super(LatentRecipe.KIND, "pictures", "draw with: %s sample %s --prompt WORDS");
    }

    @Override
    Session<?, ?> begin(LatentRecipe recipe, Path folder, TrainRequest request) {
        try (LiveWork work = new LiveWork("encoding")) {
            return LatentTraining.begin(
                    recipe,
                    captions(recipe, request),
                    folder,
                    request.force(),
                    (done, total) -> work.at(done, total, "pictures"));
        }
    }

    @Override
    Session<?, ?> resume(LatentRecipe recipe, Path folder, TrainRequest request) {
        try (LiveWork work = new LiveWork("encoding")) {
            return LatentTraining.resume(
                    folder,
                    captions(recipe, request),
                    request.changes(),
                    (done, total) -> work.at(done, total, "pictures"),
                    request.err()::println);
        }
    }

    private static CaptionedImages captions(LatentRecipe recipe, TrainRequest request) {
        return recipe.data().read(ReadOptions.DEFAULT.noting(request.err()::println));
    }
}
