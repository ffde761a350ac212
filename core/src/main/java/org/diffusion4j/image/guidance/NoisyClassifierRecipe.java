package org.diffusion4j.image.guidance;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.nn.unet.EncoderPool;
import org.diffusion4j.nn.unet.OpenAiUNetConfig;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainSettings;

/**
 * Everything that the training of a classifier of noisy pictures is made of.
 *
 * @param name the name of the run, by which its folder is called
 * @param comment where the numbers come from and what to expect of them
 * @param data what is learned from, with labels
 * @param model the network
 * @param schedule of the noise, which must be that of the models that are to be steered
 */
public record NoisyClassifierRecipe(
        String name, String comment, ImageRecipe.Data data, Model model, BetaSchedule schedule, TrainSettings train)
        implements Recipe {

    /** The kind of these recipes. */
    public static final Kind<NoisyClassifierRecipe> KIND =
            new Kind<>("noisy-classifier", NoisyClassifierRecipe::defaults);

    /**
     * The encoder half of ADM's U-Net, with residual blocks that change the size and a time that scales and shifts, as its classifiers
     * have it.
     *
     * @param channels the width of the first level, a multiple of 32
     * @param multipliers the width of each level as a multiple of the first, which is 1
     * @param layersPerBlock residual blocks of a level
     * @param attentionFactors by how much a picture is smaller where there is attention
     * @param headWidth the channels of a head of attention
     * @param pool how the answer comes about
     */
    public record Model(
            int channels,
            List<Integer> multipliers,
            int layersPerBlock,
            List<Integer> attentionFactors,
            int headWidth,
            EncoderPool pool,
            double dropout) {

        private static final int GROUPS = 32;

        public Model {
            multipliers = List.copyOf(multipliers);
            attentionFactors = List.copyOf(attentionFactors);
            require(
                    channels >= GROUPS && channels % GROUPS == 0,
                    "model.channels must be a multiple of %s, was %s",
                    GROUPS,
                    channels);
            require(layersPerBlock >= 1, "model.layersPerBlock must be at least 1, was %s", layersPerBlock);
            require(headWidth >= 1, "model.headWidth must be at least 1, was %s", headWidth);
            require(dropout >= 0 && dropout < 1, "model.dropout must lie in [0, 1), was %s", dropout);
            require(
                    !multipliers.isEmpty() && multipliers.get(0) == 1,
                    "model.multipliers must begin with 1, were %s",
                    multipliers);
        }

        public Model withChannels(int channels) {
            return Records.with(this, "channels", channels);
        }

        public Model withMultipliers(List<Integer> multipliers) {
            return Records.with(this, "multipliers", multipliers);
        }

        public Model withLayersPerBlock(int layersPerBlock) {
            return Records.with(this, "layersPerBlock", layersPerBlock);
        }

        public Model withAttentionFactors(List<Integer> attentionFactors) {
            return Records.with(this, "attentionFactors", attentionFactors);
        }

        public Model withHeadWidth(int headWidth) {
            return Records.with(this, "headWidth", headWidth);
        }

        public Model withPool(EncoderPool pool) {
            return Records.with(this, "pool", pool);
        }

        public Model withDropout(double dropout) {
            return Records.with(this, "dropout", dropout);
        }

        /** The network for pictures of that size. */
        OpenAiUNetConfig network(int size, int imageChannels, int classes) {
            int halvings = multipliers.size() - 1;
            require(
                    size % (1 << halvings) == 0,
                    "pictures of %s×%s cannot be halved %s times; take fewer model.multipliers",
                    size,
                    size,
                    halvings);
            return new OpenAiUNetConfig(
                    size,
                    imageChannels,
                    channels,
                    classes,
                    layersPerBlock,
                    attentionFactors,
                    dropout,
                    multipliers,
                    true,
                    2,
                    null,
                    false,
                    false,
                    1,
                    headWidth,
                    -1,
                    true,
                    true,
                    false);
        }
    }

    public NoisyClassifierRecipe {
        Recipe.requireName(name);
        require(train.conditionDropout() == 0, "train.conditionDropout must be 0: a classifier learns from labels");
    }

    /**
     * Reads a recipe; what it omits is as in {@link #defaults}.
     *
     * @param changes assignments such as {@code train.batchSize=64}, made last
     * @throws FormatException if a field is not known or has a value of the wrong type
     */
    public static NoisyClassifierRecipe read(Path file, List<String> changes) {
        return KIND.read(file, changes);
    }

    /** The settings of ADM's classifiers (Dhariwal, Nichol 2021, appendix I), for a small network on the schedule of DDPM. */
    public static NoisyClassifierRecipe defaults() {
        return new NoisyClassifierRecipe(
                "noisy-classifier",
                "",
                new ImageRecipe.Data("mnist", 1000, false, 0, false),
                new Model(32, List.of(1, 2, 2), 1, List.of(4), 32, EncoderPool.ATTENTION, 0),
                BetaSchedule.ddpm(),
                TrainSettings.defaults()
                        .with(
                                "steps=2000",
                                "batchSize=64",
                                "learningRate=3e-4",
                                "warmupSteps=100",
                                "decayTo=0",
                                "conditionDropout=0",
                                "optimizer.kind=adamw",
                                "optimizer.weightDecay=0.05",
                                "emaDecay=0.99",
                                "precision=float32",
                                "sampleCount=0",
                                "sampleEvery=0",
                                "validateEvery=500",
                                "checkpointEvery=500"));
    }

    /**
     * A new classifier for these data, owned by the caller.
     *
     * @throws IllegalArgumentException if the images have no labels or are not square
     */
    NoisyClassifier newClassifier(ImageDataset images) {
        require(images.labelled(), "%s: a classifier learns from labels, and these images have none", images.name());
        require(
                images.height() == images.width(),
                "%s: a classifier of noisy pictures needs square ones, these are %s×%s; set data.size",
                images.name(),
                images.width(),
                images.height());
        return NoisyClassifier.untrained(
                new NoisyClassifier.Card(model, schedule, images.labelNames(), images.channels(), images.height()),
                train.seed());
    }

    @Override
    public String source() {
        return data.source();
    }

    @Override
    public Kind<NoisyClassifierRecipe> kind() {
        return KIND;
    }

    /** With single precision on the processor, in which these small networks compute. */
    @Override
    public NoisyClassifierRecipe resolved() {
        return withTrain(train.resolvedInFloat32("a noisy classifier"));
    }

    public NoisyClassifierRecipe withName(String name) {
        return Records.with(this, "name", name);
    }

    public NoisyClassifierRecipe withComment(String comment) {
        return Records.with(this, "comment", comment);
    }

    public NoisyClassifierRecipe withData(ImageRecipe.Data data) {
        return Records.with(this, "data", data);
    }

    public NoisyClassifierRecipe withModel(Model model) {
        return Records.with(this, "model", model);
    }

    public NoisyClassifierRecipe withSchedule(BetaSchedule schedule) {
        return Records.with(this, "schedule", schedule);
    }

    public NoisyClassifierRecipe withTrain(TrainSettings train) {
        return Records.with(this, "train", train);
    }
}
