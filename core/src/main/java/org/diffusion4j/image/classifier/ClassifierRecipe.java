package org.diffusion4j.image.classifier;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffusion4j.data.Jitter;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.io.Json;
import org.diffusion4j.train.Decay;
import org.diffusion4j.train.Stage;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the training of a classifier is made of: AdamW whose rate falls to 0 by half a cosine, over pictures moved at random.
 *
 * @param comment where the numbers come from and what to expect of them
 * @param data what is learned from, all of it: {@code data.validation} must be 0
 * @param widths the channels of each level; the last is the number of features
 * @param emaDecay of the averaged weights, which are the result
 */
public record ClassifierRecipe(
        String name,
        String comment,
        ImageRecipe.Data data,
        List<Integer> widths,
        Jitter jitter,
        long steps,
        int batchSize,
        double learningRate,
        long warmupSteps,
        double weightDecay,
        double emaDecay,
        long seed) {

    public ClassifierRecipe {
        require(
                data.validation() == 0,
                "data.validation must be 0 in a classifier's recipe, was %s",
                data.validation());
        require(batchSize >= 1, "batchSize must be at least 1, was %s", batchSize);
        new Stage(steps, learningRate, 0, warmupSteps, null, 0.0); // refuses what is out of range
        require(emaDecay >= 0 && emaDecay < 1, "emaDecay must lie in [0, 1), was %s", emaDecay);
    }

    /**
     * Reads a recipe; what it omits is as in {@link #defaults}.
     *
     * @throws org.diffusion4j.engine.FormatException if a field is not known or has a value of the wrong type
     */
    public static ClassifierRecipe read(Path file) {
        return Records.CAMEL_CASE.read(defaults(), Json.readObject(file), file.toString());
    }

    public ClassifierRecipe withName(String name) {
        return Records.with(this, "name", name);
    }

    public ClassifierRecipe withComment(String comment) {
        return Records.with(this, "comment", comment);
    }

    public ClassifierRecipe withData(ImageRecipe.Data data) {
        return Records.with(this, "data", data);
    }

    public ClassifierRecipe withWidths(List<Integer> widths) {
        return Records.with(this, "widths", widths);
    }

    public ClassifierRecipe withJitter(Jitter jitter) {
        return Records.with(this, "jitter", jitter);
    }

    public ClassifierRecipe withSteps(long steps) {
        return Records.with(this, "steps", steps);
    }

    public ClassifierRecipe withBatchSize(int batchSize) {
        return Records.with(this, "batchSize", batchSize);
    }

    public ClassifierRecipe withLearningRate(double learningRate) {
        return Records.with(this, "learningRate", learningRate);
    }

    public ClassifierRecipe withWarmupSteps(long warmupSteps) {
        return Records.with(this, "warmupSteps", warmupSteps);
    }

    public ClassifierRecipe withWeightDecay(double weightDecay) {
        return Records.with(this, "weightDecay", weightDecay);
    }

    public ClassifierRecipe withEmaDecay(double emaDecay) {
        return Records.with(this, "emaDecay", emaDecay);
    }

    public ClassifierRecipe withSeed(long seed) {
        return Records.with(this, "seed", seed);
    }

    /** All fields as a JSON tree. */
    public Map<String, @Nullable Object> toMap() {
        return Records.CAMEL_CASE.write(this);
    }

    Stage schedule() {
        return new Stage(steps, learningRate, 0, warmupSteps, Decay.COSINE, 0.0);
    }

    /** What a recipe need not say: not quite four times through MNIST. */
    public static ClassifierRecipe defaults() {
        return new ClassifierRecipe(
                "classifier",
                "",
                new ImageRecipe.Data("mnist", 0, false, 0, false),
                List.of(16, 24, 48, 96),
                new Jitter(10, 0.1, 2),
                7000,
                32,
                2e-3,
                300,
                0.02,
                0.999,
                0);
    }
}
