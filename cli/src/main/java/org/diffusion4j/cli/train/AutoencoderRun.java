package org.diffusion4j.cli.train;

import java.nio.file.Path;
import org.diffusion4j.latent.autoencoder.AutoencoderRecipe;
import org.diffusion4j.latent.autoencoder.AutoencoderTraining;
import org.diffusion4j.train.RunFolder.Session;

/** Autoencoders of pictures. */
final class AutoencoderRun extends TrainingRun<AutoencoderRecipe> {

    AutoencoderRun() {
        super(AutoencoderRecipe.KIND, "images", "try it with: %s autoencoder reconstruct %s PICTURE");
    }

    @Override
    Session<?, ?> begin(AutoencoderRecipe recipe, Path folder, TrainRequest request) {
        return AutoencoderTraining.begin(
                recipe, request.data().read(recipe.data(), request.err()), folder, request.force());
    }

    @Override
    Session<?, ?> resume(AutoencoderRecipe recipe, Path folder, TrainRequest request) {
        return AutoencoderTraining.resume(
                folder, request.data().read(recipe.data(), request.err()), request.changes(), request.err()::println);
    }
}
