package org.diffusion4j.latent.autoencoder;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;
import org.diffusion4j.nn.vae.PictureAutoencoderConfig;
import org.diffusion4j.nn.vae.VQModelConfig;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainSettings;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the training of an autoencoder is made of.
 *
 * @param name the name of the run, by which its folder is called
 * @param comment where the numbers come from and what to expect of them
 * @param data the pictures that are learned from
 * @param model the network; its channels must be those of the pictures
 * @param klWeight how much the divergence of the latents from a normal distribution, in nats of a picture, counts beside the absolute error, a sum
 *     over the picture; 1e-6 in latent diffusion's code
 * @param perceptual by whose features pictures are compared beside their values, or null
 * @param discriminator what the autoencoder is trained against, or null
 * @param vqModel a network with a codebook in the place of {@code model}, or null; in files it is {@code model} with {@code "class":
 *     "VQModel"}, and its keys are those of that class
 * @param beta of a network with a codebook, in the place of {@code klWeight}: how much latents are drawn to rows, where rows are drawn to
 *     latents with 1; 0.25 in van den Oord et al.; else 0
 */
public record AutoencoderRecipe(
        String name,
        String comment,
        ImageRecipe.Data data,
        AutoencoderKLConfig model,
        double klWeight,
        TrainSettings train,
        @Records.Omittable @Nullable PerceptualSettings perceptual,
        @Records.Omittable @Nullable DiscriminatorSettings discriminator,
        @Records.Omittable @Nullable VQModelConfig vqModel,
        @Records.Omittable double beta)
        implements Recipe {

    /** The kind of these recipes. */
    public static final Kind<AutoencoderRecipe> KIND = new Kind<>("autoencoder", AutoencoderRecipe::defaults) {
        @Override
        protected void prepare(Map<String, @Nullable Object> tree, String source) {
            AutoencoderRecipe.prepare(tree, source);
        }
    };

    private static final String MODEL = "model";
    private static final String CLASS = "class";
    private static final String VQ_MODEL = "vqModel";
    private static final String KL_WEIGHT = "klWeight";
    private static final String BETA = "beta";
    private static final String PERCEPTUAL = "perceptual";
    private static final String DISCRIMINATOR = "discriminator";
    private static final double USUAL_BETA = 0.25; // van den Oord et al., section 3.2

    public AutoencoderRecipe {
        Recipe.requireName(name);
        require(klWeight >= 0, "klWeight must be at least 0, was %s", klWeight);
        require(train.conditionDropout() == 0, "train.conditionDropout must be 0: an autoencoder has no condition");
        require(vqModel != null || beta == 0, "beta is for a model of class VQModel, which this is not; omit it");
        require(vqModel == null || beta > 0, "beta must be above 0, was %s", beta);
        PictureAutoencoderConfig network = vqModel == null ? model : vqModel;
        require(
                network.inChannels() == network.outChannels(),
                "model.inChannels %s and model.outChannels %s must be the same: the output is the input again",
                network.inChannels(),
                network.outChannels());
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

    /** Gives the class of the network and what the new terms omit the form of the record. */
    @SuppressWarnings("unchecked") // keys of trees are texts
    private static void prepare(Map<String, @Nullable Object> tree, String source) {
        if (tree.get(MODEL) instanceof Map<?, ?> network && network.get(CLASS) instanceof String name) {
            Map<String, @Nullable Object> keys = new LinkedHashMap<>((Map<String, @Nullable Object>) network);
            keys.remove(CLASS);
            String kl = AutoencoderKLConfig.defaults().className();
            String vq = VQModelConfig.defaults().className();
            if (chosen(name, List.of(kl, vq), source).equals(vq)) {
                asVq(tree, keys, source);
            } else {
                tree.put(MODEL, keys);
            }
        }
        if (tree.get(DISCRIMINATOR) instanceof Map<?, ?> settings) {
            tree.put(DISCRIMINATOR, DiscriminatorSettings.completed(settings));
        }
        if (tree.get(PERCEPTUAL) instanceof Map<?, ?> settings) {
            Map<String, @Nullable Object> whole = new LinkedHashMap<>((Map<String, @Nullable Object>) settings);
            whole.putIfAbsent("weight", 1);
            tree.put(PERCEPTUAL, whole);
        }
    }

    private static String chosen(String name, List<String> classes, String source) {
        try {
            return DidYouMean.choose("autoencoder", name, classes);
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": 'model.class': " + e.getMessage(), e);
        }
    }

    private static void asVq(Map<String, @Nullable Object> tree, Map<String, @Nullable Object> keys, String source) {
        if (tree.containsKey(KL_WEIGHT)) {
            throw new FormatException(source + ": klWeight is for a model of class AutoencoderKL; a VQModel has beta");
        }
        Map<String, @Nullable Object> whole = Records.CAMEL_CASE.write(VQModelConfig.defaults());
        whole.putAll(keys);
        tree.remove(MODEL);
        tree.put(VQ_MODEL, whole);
        tree.putIfAbsent(BETA, USUAL_BETA);
    }

    /** All fields that count, as a file has them. */
    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> tree = Recipe.super.toMap();
        if (vqModel != null) {
            Map<String, @Nullable Object> network = new LinkedHashMap<>(Map.of(CLASS, vqModel.className()));
            network.putAll(Records.CAMEL_CASE.write(vqModel));
            tree.put(MODEL, network);
            tree.remove(VQ_MODEL);
            tree.remove(KL_WEIGHT);
        }
        return tree;
    }

    /** Of a discriminator that has not begun nothing, and of the classifier not where it lies. */
    @Override
    public Map<String, @Nullable Object> determining(long steps) {
        Map<String, @Nullable Object> tree = Recipe.super.determining(steps);
        if (discriminator != null && steps <= discriminator.from()) {
            tree.remove(DISCRIMINATOR);
        }
        if (tree.get(PERCEPTUAL) instanceof Map<?, ?> settings) {
            settings.remove(MODEL);
        }
        return tree;
    }

    /** The network. */
    public PictureAutoencoderConfig network() {
        return vqModel == null ? model : vqModel;
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
                                "checkpointEvery=500"),
                null,
                null,
                null,
                0);
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
        AutoencoderRecipe decided = withTrain(train.resolvedInFloat32("an autoencoder"));
        return perceptual == null ? decided : decided.withPerceptual(perceptual.resolved());
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

    public AutoencoderRecipe withPerceptual(@Nullable PerceptualSettings perceptual) {
        return Records.with(this, PERCEPTUAL, perceptual);
    }

    public AutoencoderRecipe withDiscriminator(@Nullable DiscriminatorSettings discriminator) {
        return Records.with(this, DISCRIMINATOR, discriminator);
    }

    /** With a network with a codebook, and beta as it was or that of van den Oord et al., or null for that of {@code model}. */
    public AutoencoderRecipe withVqModel(@Nullable VQModelConfig vqModel) {
        Map<String, @Nullable Object> changes = new LinkedHashMap<>();
        changes.put(VQ_MODEL, vqModel);
        changes.put(BETA, vqModel == null ? 0.0 : beta > 0 ? beta : USUAL_BETA);
        return Records.with(this, changes);
    }

    public AutoencoderRecipe withBeta(double beta) {
        return Records.with(this, BETA, beta);
    }
}
