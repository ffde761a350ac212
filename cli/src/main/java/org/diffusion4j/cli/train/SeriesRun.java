package org.diffusion4j.cli.train;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.series.SeriesRecipe;
import org.diffusion4j.series.SeriesTraining;
import org.diffusion4j.train.RunFolder.Session;

/** Forecasters of series. */
final class SeriesRun extends TrainingRun<SeriesRecipe> {

    SeriesRun() {
        super(SeriesRecipe.KIND, "windows", "forecast with: %s forecast %s --data FILE.csv --plot forecast.svg");
    }

    @Override
    Session<?, ?> begin(SeriesRecipe recipe, Path folder, TrainRequest request) {
        return SeriesTraining.begin(recipe, table(recipe), folder, request.force());
    }

    @Override
    Session<?, ?> resume(SeriesRecipe recipe, Path folder, TrainRequest request) {
        return SeriesTraining.resume(folder, table(recipe), request.changes(), request.err()::println);
    }

    private static SeriesTable table(SeriesRecipe recipe) {
        require(!recipe.source().isEmpty(), "which series? say --data FILE.csv");
        return recipe.data().csv().read(Path.of(recipe.source()));
    }
}
