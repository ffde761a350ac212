package org.diffusion4j.image;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.process.continuous.ProcessSettings;
import org.diffusion4j.train.DenoisingLoss;
import org.diffusion4j.train.Examples;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.Trainer;
import org.diffusion4j.train.score.ContinuousLoss;
import org.jspecify.annotations.Nullable;

/** How a {@link Trainer} comes to a model of images. */
public final class ImageTraining {

    private static final int LARGEST_VALIDATION_BATCH = 128;

    private ImageTraining() {}

    /**
     * A trainer before its first step. One sample is begun as the recipe says, so that what cannot be drawn is not learned.
     *
     * @param model trained in place; borrowed for the trainer's life
     * @param heldOut for the validation loss, or null for none
     * @return owned by the caller
     * @throws IllegalArgumentException if recipe, model and data do not fit, or samples cannot be drawn as the recipe says
     */
    public static Trainer trainer(
            ImageRecipe recipe, DiffusionModel model, ImageDataset training, @Nullable ImageDataset heldOut) {
        requireDrawable(recipe, model);
        Loss loss = loss(model, recipe.variance().ofStep(), recipe.train().objective());
        return new Trainer(
                recipe,
                model.network(),
                loss,
                examples(
                        model,
                        training,
                        recipe.train().batchSize(),
                        recipe.train().seed(),
                        recipe.data().flip()),
                heldOut == null
                        ? null
                        : examples(
                                model,
                                heldOut,
                                Math.min(LARGEST_VALIDATION_BATCH, heldOut.size()),
                                Trainer.VALIDATION_SEED,
                                false));
    }

    /**
     * The loss of a model's network.
     *
     * @param variance of its reverse steps, where it does not learn one
     * @param settings for a chain of timesteps; of a process in continuous time only the loss, see {@link ContinuousLoss#of}
     */
    public static Loss loss(DiffusionModel model, ReverseVariance variance, ObjectiveSettings settings) {
        Optional<ProcessSettings> continuous = model.scheduler().continuous();
        return continuous.isPresent()
                ? ContinuousLoss.of(model.network(), continuous.orElseThrow(), settings.loss())
                : new DenoisingLoss(
                        model.network(), model.process(), model.scheduler().meaning(), variance, settings);
    }

    /** Images as examples for a model: with classes where it has classes. */
    public static Examples examples(DiffusionModel model, ImageDataset data, int batchSize, long seed, boolean flip) {
        return new ImageExamples(data, batchSize, model.classes(), seed, flip);
    }

    /** Some samplers refuse some processes and predictions at their first step. */
    private static void requireDrawable(ImageRecipe recipe, DiffusionModel model) {
        List<Integer> label = model.classes() == 0 ? List.of() : List.of(0);
        try (Tensor x0 = model.sample(recipe.sample(), 1, label, new SeededNoise(0, 0), step -> {
            throw new CancellationException();
        })) {
            // drawn in one step
        } catch (CancellationException drawable) {
            // its first step is done
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the recipe's sample cannot be drawn: " + e.getMessage(), e);
        }
    }
}
