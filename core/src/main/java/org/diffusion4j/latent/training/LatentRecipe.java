package org.diffusion4j.latent.training;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.captions.CaptionedFolder;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Records;
import org.diffusion4j.latent.LatentModel;
import org.diffusion4j.nn.unet.condition.TextLevel;
import org.diffusion4j.nn.unet.condition.UNet2DConditionConfig;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.LossTerms;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainSettings;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the training of a latent diffusion model is made of.
 *
 * @param name the name of the run, by which its folder is called
 * @param comment where the numbers come from and what to expect of them
 * @param data the pictures and their captions
 * @param autoencoder the folder of a trained autoencoder, which makes latents of the pictures and is not trained any further
 * @param clip the folder of a trained CLIP, whose text tower reads the captions and is not trained any further
 * @param model the U-Net that draws latents
 * @param schedule of the noise
 * @param prediction what the U-Net says: {@code eps}, {@code x0} or {@code v}
 * @param storage the precision of the weights in the model's folder: {@code float32}, {@code bf16} or {@code float16}; that of the training is
 *     {@code train.precision}
 * @param train {@code conditionDropout} is the share of captions that become the empty one, without which guidance has nothing to lead away
 *     from
 * @param sample how pictures are drawn, during the training and, where nothing else is asked for, later
 */
public record LatentRecipe(
        String name,
        String comment,
        Data data,
        String autoencoder,
        String clip,
        UNet2DConditionConfig model,
        BetaSchedule schedule,
        Prediction prediction,
        Precision storage,
        TrainSettings train,
        SampleSettings sample)
        implements Recipe {

    /** The kind of these recipes. */
    public static final Kind<LatentRecipe> KIND =
            new Kind<>("latent", LatentRecipe::defaults, "autoencoder", "clip", "storage", "sample");

    private static final List<Prediction> PREDICTIONS = List.of(Prediction.EPS, Prediction.X0, Prediction.V);

    /**
     * What is learned from.
     *
     * @param source a folder of pictures with a table of captions, or {@code two-digits}
     * @param captions the columns of the table that are captions, of which one is drawn each time; none for the usual one
     * @param size height and width that every picture is cropped and resized to, or 0 to take them as they are
     * @param validation how many pictures are held out for the validation loss
     * @param flip whether half of the pictures, chosen anew in each epoch, are mirrored: not where captions say left and right
     */
    public record Data(String source, List<String> captions, int size, int validation, boolean flip) {

        /** Refuses numbers below 0. */
        public Data {
            captions = List.copyOf(captions);
            require(size >= 0, "data.size must be at least 0, was %s", size);
            require(validation >= 0, "data.validation must be at least 0, was %s", validation);
        }

        /**
         * Reads the pictures.
         *
         * @param options how they are read, but for their size
         * @throws org.diffusion4j.engine.DiffusionException if nothing is there
         * @throws FormatException if they have no captions, or cannot be read
         */
        public CaptionedImages read(ReadOptions options) {
            require(!source.isEmpty(), "which pictures? say data.source, a folder with captions");
            if (source.equals(Datasets.TWO_DIGITS)) {
                return Datasets.twoDigits(DataSplit.TRAIN);
            }
            return CaptionedFolder.open(Path.of(source), captions, options.withSize(size));
        }
    }

    /** Refuses what does not fit together. */
    public LatentRecipe {
        Recipe.requireName(name);
        require(PREDICTIONS.contains(prediction), "prediction must be eps, x0 or v, was '%s'", prediction);
        require(
                train.objective().loss() == LossTerms.SIMPLE,
                "train.objective.loss must be simple: folders of this layout have no learned variance, was '%s'",
                train.objective().loss());
        storage.requireStorable();
        require(
                model.classEmbedType() == null
                        && model.numClassEmbeds() == null
                        && model.additionEmbedType() == null
                        && model.timeCondProjDim() == null,
                "the model learns from captions alone: omit classEmbedType, numClassEmbeds, additionEmbedType and"
                        + " timeCondProjDim");
        require(
                model.inChannels() == model.outChannels(),
                "model.inChannels %s and model.outChannels %s must be the same",
                model.inChannels(),
                model.outChannels());
        require(
                sample.steps() <= schedule.steps(),
                "sample.steps must be at most the %s of schedule.steps, was %s",
                schedule.steps(),
                sample.steps());
        sample.requireGuided();
        require(
                sample.guidance() == 1 || train.conditionDropout() > 0,
                "sample.guidance %s needs a network that learns with and without captions; set train.conditionDropout,"
                        + " or sample.guidance=1",
                sample.guidance());
    }

    /**
     * Reads a recipe; what it omits is as in {@link #defaults}.
     *
     * @param changes assignments such as {@code train.batchSize=64}, made last
     * @throws FormatException if a field is not known or has a value of the wrong type
     */
    public static LatentRecipe read(Path file, List<String> changes) {
        return KIND.read(file, changes);
    }

    /** The recipe by which a model was trained here, where its folder has one; without the places of other models. */
    public static Optional<LatentRecipe> of(LatentModel model) {
        return model.folder()
                .flatMap(folder -> folder.extras().get("training") instanceof Map<?, ?> training
                                && training.get("recipe") instanceof Map<?, ?> tree
                        ? Optional.of(KIND.read(keyed(tree), List.of(), folder.path() + ": the recipe"))
                        : Optional.empty());
    }

    private static Map<String, @Nullable Object> keyed(Map<?, ?> tree) {
        Map<String, @Nullable Object> keyed = new LinkedHashMap<>();
        tree.forEach((key, value) -> keyed.put(String.valueOf(key), value));
        return keyed;
    }

    /** This recipe after assignments such as {@code train.batchSize=64}. */
    public LatentRecipe with(String... changes) {
        return KIND.changed(this, List.of(changes));
    }

    /** A small model of latents of 8×8 with 4 channels, for a text tower 128 wide; schedule and batch are those of DDPM. */
    public static LatentRecipe defaults() {
        return new LatentRecipe(
                "latent",
                "",
                new Data("", List.of(), 0, 0, false),
                "",
                "",
                UNet2DConditionConfig.defaults()
                        .with(Map.of(
                                "sample_size", 8,
                                "down_block_types", Collections.nCopies(2, TextLevel.CROSS_DOWN.toString()),
                                "up_block_types", Collections.nCopies(2, TextLevel.CROSS_UP.toString()),
                                "block_out_channels", List.of(64, 128),
                                "layers_per_block", 1,
                                "norm_num_groups", 16,
                                "attention_head_dim", 4,
                                "cross_attention_dim", 128)),
                BetaSchedule.ddpm(),
                Prediction.V,
                Precision.FLOAT32,
                TrainSettings.defaults(),
                SampleSettings.ddim(25).withGuidance(3));
    }

    /** What the scheduler's file says: DDIM without clipping, on timesteps as Stable Diffusion's. */
    SchedulerConfig scheduler() {
        Map<String, @Nullable Object> keys =
                new TreeMap<>(SchedulerConfig.ddpm(schedule, prediction).toMap());
        keys.remove("variance_type"); // of other classes
        keys.put("_class_name", "DDIMScheduler");
        keys.put("clip_sample", false);
        keys.put("set_alpha_to_one", false);
        keys.put("steps_offset", 1);
        return SchedulerConfig.fromMap(keys, "scheduler");
    }

    /** This recipe as the model's folder tells it: without the places where data and other models lay. */
    Map<String, @Nullable Object> withoutPlaces() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>(toMap());
        tree.remove("autoencoder");
        tree.remove("clip");
        Map<String, @Nullable Object> pictures = new LinkedHashMap<>(Records.CAMEL_CASE.write(data));
        pictures.put("source", String.valueOf(Path.of(data.source()).getFileName()));
        tree.put("data", pictures);
        return tree;
    }

    @Override
    public String source() {
        return data.source();
    }

    @Override
    public Kind<LatentRecipe> kind() {
        return KIND;
    }

    /** {@inheritDoc} The places of the other models are absolute, so that a run can go on from another working directory. */
    @Override
    public LatentRecipe resolved() {
        return withTrain(train.resolved())
                .withAutoencoder(absolute(autoencoder))
                .withClip(absolute(clip));
    }

    private static String absolute(String place) {
        return place.isEmpty()
                ? ""
                : Path.of(place).toAbsolutePath().normalize().toString();
    }

    public LatentRecipe withName(String name) {
        return Records.with(this, "name", name);
    }

    public LatentRecipe withComment(String comment) {
        return Records.with(this, "comment", comment);
    }

    public LatentRecipe withData(Data data) {
        return Records.with(this, "data", data);
    }

    public LatentRecipe withAutoencoder(String autoencoder) {
        return Records.with(this, "autoencoder", autoencoder);
    }

    public LatentRecipe withClip(String clip) {
        return Records.with(this, "clip", clip);
    }

    public LatentRecipe withModel(UNet2DConditionConfig model) {
        return Records.with(this, "model", model);
    }

    public LatentRecipe withSchedule(BetaSchedule schedule) {
        return Records.with(this, "schedule", schedule);
    }

    public LatentRecipe withPrediction(Prediction prediction) {
        return Records.with(this, "prediction", prediction);
    }

    public LatentRecipe withStorage(Precision storage) {
        return Records.with(this, "storage", storage);
    }

    public LatentRecipe withTrain(TrainSettings train) {
        return Records.with(this, "train", train);
    }

    public LatentRecipe withSample(SampleSettings sample) {
        return Records.with(this, "sample", sample);
    }
}
