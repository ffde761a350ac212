package org.diffusion4j;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.train.TrainListener;

/**
 * The library in two calls: {@link #load} a model folder and draw from it, {@link #train} a model on images.
 *
 * <p>Threads: may be called by any.
 */
public final class Diffusion {

    private static final List<Integer> WIDTHS = List.of(32, 64, 64);

    private Diffusion() {}

    /**
     * Reads a model folder in the layout of diffusers, of this library or another.
     *
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.FormatException if it is not a model folder, or a file of it is not what it should be
     * @throws org.diffusion4j.engine.WeightsException if weights and configuration do not fit
     */
    public static DiffusionModel load(Path folder) {
        return DiffusionModel.load(folder);
    }

    /**
     * Reads a model that comes with this library.
     *
     * @return owned by the caller, who closes it
     */
    public static DiffusionModel load(ShippedModel model) {
        return load(model.folder());
    }

    /**
     * Trains to the end of the recipe, in a new run folder that keeps metrics, samples, checkpoints and the model.
     *
     * @return the model with its averaged weights, owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if the folder holds a run already, or cannot be written
     */
    public static DiffusionModel train(ImageRecipe recipe, ImageDataset data, Path folder) {
        try (Training training = Training.begin(recipe, data, folder, false)) {
            training.run(new TrainListener() {});
            return load(training.modelFolder());
        }
    }

    /**
     * A recipe that fits these images: a small U-Net of up to three levels that predicts v, as in {@code recipes/ddpm-mnist-v.json}.
     * Some thousand steps draw digits. Change it by its {@code with…}.
     *
     * @param steps of 64 images each
     */
    public static ImageRecipe recipeFor(ImageDataset data, long steps) {
        int levels = 1;
        while (levels < WIDTHS.size() && (data.height() | data.width()) % (1 << levels) == 0) {
            levels++;
        }
        int deepest = levels - 1;
        List<UNet2DConfig.Level> pyramid = IntStream.range(0, levels)
                .mapToObj(level -> new UNet2DConfig.Level(WIDTHS.get(level), level == deepest))
                .toList();
        int classes = data.labelNames().size();
        ImageRecipe defaults = ImageRecipe.defaults();
        UNet2DConfig network = defaults.model()
                .withNormNumGroups(8)
                .withLevels(pyramid)
                .withLayersPerBlock(1)
                .withSampleSize(
                        data.height() == data.width() ? List.of(data.height()) : List.of(data.height(), data.width()))
                .withInChannels(data.channels())
                .withOutChannels(data.channels())
                .withNumClassEmbeds(classes == 0 ? null : classes + 1);
        return defaults.withPrediction(Prediction.V)
                .withData(defaults.data().withValidation(0))
                .withModel(network)
                .withTrain(defaults.train()
                        .withBatchSize(64)
                        .withLearningRate(1e-3)
                        .withWarmupSteps(Math.min(200, steps / 10))
                        .withSteps(steps));
    }
}
