package org.diffusion4j.latent.autoencoder;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainSettings;

/**
 * Everything that the training of an autoencoder is made of.
 *
 * @param name the name of the run, by which its folder is called
 * @param comment where the numbers come from and what to expect of them
 * @param data the pictures that are learned from
 * @param model the network; its channels must be those of the pictures
 * @param klWeight how much the divergence of the latents from a normal distribution, in nats of a picture, counts beside the absolute error, a sum
 *     over the picture; 1e-6 in latent diffusion's code
 */
public record AutoencoderRecipe(
        String name,
        String comment,
        ImageRecipe.Data data,
        AutoencoderKLConfig model,
        double klWeight,
        TrainSettings train)
        implements Recipe {

    /** The kind of these recipes. */
    public static final Kind<AutoencoderRecipe> KIND = new Kind<>("autoencoder", AutoencoderRecipe::defaults);

    public AutoencoderRecipe {
        Recipe.requireName(name);
        require(klWeight >= 0, "klWeight must be at least 0, was %s", klWeight);
        require(train.conditionDropout() == 0, "train.conditionDropout must be 0: an autoencoder has no condition");
        require(
                model.inChannels() == model.outChannels(),
                "model.inChannels %s and model.outChannels %s must be the same: the output is the input again",
                model.inChannels(),
                model.outChannels());
    }

    /**
     * Reads a recipe; what it omits is as in {@link #defaults}.
     *
     * @param changes assignments such as {@code train.batchSize=64}, made last
     * @throws FormatException if a field is not known or has a value of the wrong type
     */
    public static AutoencoderRecipe read(Path file, List<String> changes) {
        return KIND.read(file, changes);
    }

    /** This recipe after assignments such as {@code train.batchSize=64}. */
    public AutoencoderRecipe with(String... changes) {
        return KIND.changed(this, List.of(changes));
    }

    /** A small autoencoder of colour pictures, a quarter as large in its latents on each side. */
    public static AutoencoderRecipe defaults() {
        return new AutoencoderRecipe(
                "autoencoder",
                "",
                new ImageRecipe.Data("", 0, false, 0, false),
                AutoencoderKLConfig.defaults()
                        .with(Map.of("block_out_channels", List.of(32, 64, 64), "norm_num_groups", 8)),
                1e-6,
                TrainSettings.defaults()
                        .with(
                                "steps=10000",
                                "batchSize=32",
                                "learningRate=1e-3",
                                "warmupSteps=100",
                                "decayTo=0.02",
                                "conditionDropout=0",
                                "emaDecay=0.999",
                                "precision=float32",
                                "validateEvery=1000",
                                "sampleEvery=1000",
                                "checkpointEvery=500"));
    }

    @Override
    public String source() {
        return data.source();
    }

    @Override
    public Kind<AutoencoderRecipe> kind() {
        return KIND;
    }

    @Override
    public AutoencoderRecipe resolved() {
        return withTrain(train.resolvedInFloat32("an autoencoder"));
    }

    public AutoencoderRecipe withName(String name) {
        return Records.with(this, "name", name);
    }

    public AutoencoderRecipe withComment(String comment) {
        return Records.with(this, "comment", comment);
    }

    public AutoencoderRecipe withData(ImageRecipe.Data data) {
        return Records.with(this, "data", data);
    }

    public AutoencoderRecipe withModel(AutoencoderKLConfig model) {
        return Records.with(this, "model", model);
    }

    public AutoencoderRecipe withKlWeight(double klWeight) {
        return Records.with(this, "klWeight", klWeight);
    }

    public AutoencoderRecipe withTrain(TrainSettings train) {
        return Records.with(this, "train", train);
    }
}
