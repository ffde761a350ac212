package example.yourdata;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainSettings;
import org.diffusion4j.train.optimizer.Optimizer;

/**
 * Everything that a training of points is made of.
 *
 * @param width of the network's layers
 * @param huber error from which on the loss grows linearly; 0 for the squared error
 * @param lion whether {@link Lion} moves the weights instead of {@code train.optimizer}
 */
record PointsRecipe(
        String name, String source, int width, double huber, boolean lion, BetaSchedule schedule, TrainSettings train)
        implements Recipe {

    static PointsRecipe defaults() {
        TrainSettings train = TrainSettings.defaults()
                .with("steps=3000", "batchSize=256", "learningRate=5e-3", "warmupSteps=50", "decayTo=0.01")
                .with("precision=float32");
        return new PointsRecipe("points", "three Gaussians", 64, 0, false, BetaSchedule.ddpm(), train);
    }

    /** These with assignments such as {@code train.steps=200}. */
    static PointsRecipe with(String... changes) {
        Map<String, Object> tree = defaults().toMap();
        Arrays.stream(changes).forEach(change -> Json.set(tree, change));
        return defaults().ofSameKind(tree, "the recipe");
    }

    static PointsRecipe read(Path file) {
        return defaults().ofSameKind(Json.readObject(file), file.toString());
    }

    @Override
    public PointsRecipe ofSameKind(Map<String, Object> tree, String source) {
        return Records.CAMEL_CASE.read(defaults(), tree, source); // refuses what it does not know
    }

    @Override
    public Optimizer optimizer(Tensor values, Tensor gradients) {
        return lion ? new Lion(values, gradients) : Recipe.super.optimizer(values, gradients);
    }

    @Override
    public Map<String, Object> toMap() {
        return Records.CAMEL_CASE.write(this);
    }

    @Override
    public PointsRecipe resolved() {
        return this; // nothing is left to the machine
    }

    @Override
    public Map<String, Object> determining(long steps) {
        Map<String, Object> tree = toMap();
        List.of("name", "source").forEach(tree::remove);
        tree.put("train", train.determining(steps));
        return tree;
    }
}
