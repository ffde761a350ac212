package example.yourdata;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
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

    /** What files omit is as in the defaults; of the fields only the source has no effect on the weights. */
    static final Kind<PointsRecipe> KIND = new Kind<>("points", PointsRecipe::defaults);

    static PointsRecipe defaults() {
        TrainSettings train = TrainSettings.defaults()
                .with("steps=3000", "batchSize=256", "learningRate=5e-3", "warmupSteps=50", "decayTo=0.01")
                .with("precision=float32");
        return new PointsRecipe("points", "three Gaussians", 64, 0, false, BetaSchedule.ddpm(), train);
    }

    /** These with assignments such as {@code train.steps=200}. */
    static PointsRecipe with(String... changes) {
        return KIND.changed(defaults(), List.of(changes));
    }

    static PointsRecipe read(Path file) {
        return KIND.read(file, List.of());
    }

    @Override
    public Kind<PointsRecipe> kind() {
        return KIND;
    }

    @Override
    public Optimizer optimizer(Tensor values, Tensor gradients) {
        return lion ? new Lion(values, gradients) : Recipe.super.optimizer(values, gradients);
    }

    @Override
    public PointsRecipe resolved() {
        return this; // nothing is left to the machine
    }
}
