package org.diffusion4j.latent.clip;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.captions.CaptionedFolder;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.latent.Augmentation;
import org.diffusion4j.nn.clip.ClipActivation;
import org.diffusion4j.nn.clip.ClipTextConfig;
import org.diffusion4j.nn.clip.ClipVisionConfig;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainSettings;

/**
 * Everything that the training of a CLIP is made of.
 *
 * @param name the name of the run, by which its folder is called
 * @param comment where the numbers come from and what to expect of them
 * @param data the pictures and their captions
 * @param text the text tower
 * @param vision the vision tower
 * @param projection the numbers of a text's and of a picture's features
 */
public record ClipRecipe(
        String name, String comment, Data data, Text text, Vision vision, int projection, TrainSettings train)
        implements Recipe {

    /** The kind of these recipes. */
    public static final Kind<ClipRecipe> KIND = new Kind<>("clip", ClipRecipe::defaults);

    /**
     * What is learned from.
     *
     * @param source a folder of pictures with a table of captions
     * @param captions the columns of the table that are captions, of which one is drawn each time; none for the usual one
     * @param validation how many pictures are held out for the validation loss
     * @param augmentation what is done to the pictures that are learned from
     */
    public record Data(String source, List<String> captions, int validation, Augmentation augmentation) {

        public Data {
            captions = List.copyOf(captions);
            require(validation >= 0, "data.validation must be at least 0, was %s", validation);
        }

        /**
         * Reads the folder in a tower's size.
         *
         * @param options how pictures are read, but for their size
         */
        public CaptionedImages read(int size, ReadOptions options) {
            require(!source.isEmpty(), "which pictures? say data.source, a folder with captions");
            return CaptionedFolder.open(Path.of(source), captions, options.withSize(size));
        }
    }

    /**
     * The layers of a tower.
     *
     * @param layers from 1
     * @param hidden numbers a position, a multiple of the heads
     * @param inner between a layer's two linear maps
     * @param heads from 1
     */
    public record Tower(int layers, int hidden, int inner, int heads) {

        private ClipTextConfig.Width width(int projection) {
            return new ClipTextConfig.Width(hidden, inner, heads, projection, ClipActivation.QUICK_GELU);
        }
    }

    /**
     * The text tower.
     *
     * @param merges byte pairs of the vocabulary, which is learned from the captions, at most
     * @param length tokens of a row, start and end among them
     */
    public record Text(int merges, int length, Tower tower) {

        public Text {
            require(merges >= 0, "text.merges must be at least 0, was %s", merges);
            require(length >= 3, "text.length must be at least 3, was %s", length);
        }
    }

    /**
     * The vision tower.
     *
     * @param size height and width of its pictures
     * @param patch height and width of the squares that they are cut into
     */
    public record Vision(int size, int patch, Tower tower) {}

    public ClipRecipe {
        Recipe.requireName(name);
        textConfig(text, projection, 1); // refuses what does not fit together
        visionConfig(vision, projection);
        require(train.conditionDropout() == 0, "train.conditionDropout must be 0: captions are what CLIP learns from");
        require(
                train.streams() <= 1,
                "train.streams must be 1: the pictures of a batch are compared with each other, was %s",
                train.streams());
        require(
                train.batchSize() >= 2,
                "train.batchSize must be at least 2: each picture is compared with the captions of the others");
    }

    /** The text tower for a vocabulary. */
    ClipTextConfig textConfig(int vocabulary) {
        return textConfig(text, projection, vocabulary);
    }

    private static ClipTextConfig textConfig(Text text, int projection, int vocabulary) {
        return new ClipTextConfig(
                vocabulary, text.length, text.tower.layers, text.tower.width(projection), ClipTextConfig.LARGEST_TOKEN);
    }

    ClipVisionConfig visionConfig() {
        return visionConfig(vision, projection);
    }

    private static ClipVisionConfig visionConfig(Vision vision, int projection) {
        return new ClipVisionConfig(vision.size, vision.patch, 3, vision.tower.layers, vision.tower.width(projection));
    }

    /**
     * Reads a recipe; what it omits is as in {@link #defaults}.
     *
     * @param changes assignments such as {@code train.batchSize=64}, made last
     * @throws FormatException if a field is not known or has a value of the wrong type
     */
    public static ClipRecipe read(Path file, List<String> changes) {
        return KIND.read(file, changes);
    }

    /** This recipe after assignments such as {@code train.batchSize=64}. */
    public ClipRecipe with(String... changes) {
        return KIND.changed(this, List.of(changes));
    }

    /** A small CLIP of pictures of 32×32. */
    public static ClipRecipe defaults() {
        return new ClipRecipe(
                "clip",
                "",
                new Data("", List.of(), 0, Augmentation.NONE),
                new Text(1000, 32, new Tower(3, 128, 512, 4)),
                new Vision(32, 4, new Tower(4, 128, 512, 4)),
                128,
                TrainSettings.defaults()
                        .with(
                                "steps=4000",
                                "batchSize=64",
                                "learningRate=5e-4",
                                "warmupSteps=200",
                                "decay=cosine",
                                "decayTo=0.02",
                                "optimizer.kind=adamw",
                                "optimizer.weightDecay=0.1",
                                "conditionDropout=0",
                                "clipGradient=1",
                                "emaDecay=0.999",
                                "precision=float32",
                                "sampleCount=0",
                                "sampleEvery=0",
                                "validateEvery=500",
                                "checkpointEvery=500"));
    }

    @Override
    public String source() {
        return data.source();
    }

    @Override
    public Kind<ClipRecipe> kind() {
        return KIND;
    }

    @Override
    public ClipRecipe resolved() {
        return Records.with(this, "train", train.resolvedInFloat32("CLIP"));
    }

    public ClipRecipe withName(String name) {
        return Records.with(this, "name", name);
    }

    public ClipRecipe withComment(String comment) {
        return Records.with(this, "comment", comment);
    }

    public ClipRecipe withProjection(int projection) {
        return Records.with(this, "projection", projection);
    }

    public ClipRecipe withData(Data data) {
        return Records.with(this, "data", data);
    }

    public ClipRecipe withText(Text text) {
        return Records.with(this, "text", text);
    }

    public ClipRecipe withVision(Vision vision) {
        return Records.with(this, "vision", vision);
    }

    public ClipRecipe withTrain(TrainSettings train) {
        return Records.with(this, "train", train);
    }
}
