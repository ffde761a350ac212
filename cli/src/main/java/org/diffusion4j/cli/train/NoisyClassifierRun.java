package org.diffusion4j.cli.train;

import java.nio.file.Path;
import org.diffusion4j.image.guidance.NoisyClassifierRecipe;
import org.diffusion4j.image.guidance.NoisyClassifierTraining;
import org.diffusion4j.train.RunFolder.Session;

/** Classifiers of noisy pictures. */
final class NoisyClassifierRun extends TrainingRun<NoisyClassifierRecipe> {

    NoisyClassifierRun() {
        super(NoisyClassifierRecipe.KIND, "images", "steer with: %s sample MODEL --classifier %s --label 3");
    }

    @Override
    Session<?, ?> begin(NoisyClassifierRecipe recipe, Path folder, TrainRequest request) {
        return NoisyClassifierTraining.begin(
                recipe, request.data().read(recipe.data(), request.err()), folder, request.force());
    }

    @Override
    Session<?, ?> resume(NoisyClassifierRecipe recipe, Path folder, TrainRequest request) {
        return NoisyClassifierTraining.resume(
                folder, request.data().read(recipe.data(), request.err()), request.changes(), request.err()::println);
    }
}
