package org.diffusion4j.cli.train;

import java.nio.file.Path;
import org.diffusion4j.Training;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.train.RunFolder.Session;
import org.diffusion4j.train.Stage;
import org.diffusion4j.train.TrainSettings;

/** Models of pictures. */
final class ImageRun extends TrainingRun<ImageRecipe> {

    ImageRun() {
        super(ImageRecipe.KIND, "images", "draw with: %s sample %s --out samples.png");
    }

    @Override
    Session<?, ?> begin(ImageRecipe recipe, Path folder, TrainRequest request) {
        noteStages(recipe.train(), request);
        return Training.begin(recipe, request.data().read(recipe, request.err()), folder, request.force());
    }

    @Override
    Session<?, ?> resume(ImageRecipe recipe, Path folder, TrainRequest request) {
        return Training.resume(
                folder, request.data().read(recipe, request.err()), request.changes(), request.err()::println);
    }

    /** Who sets the steps of a recipe may not know that there are more. */
    private static void noteStages(TrainSettings train, TrainRequest request) {
        long later = train.stages().stream().mapToLong(Stage::steps).sum();
        if (later > 0
                && request.changes().stream().anyMatch(change -> change.startsWith("train.steps="))
                && request.changes().stream().noneMatch(change -> change.startsWith("train.stages"))) {
            request.err()
                    .printf(
                            "diffuse: train.steps=%d is followed by the %d steps of train.stages; omit those with --set train.stages=[]%n",
                            train.steps(), later);
        }
    }
}
