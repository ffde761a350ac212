package org.diffusion4j.image;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.MachineMemory;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;
import org.diffusion4j.nn.PictureConfig;
import org.diffusion4j.nn.score.RefineNetConfig;
import org.diffusion4j.nn.score.ScoreNetworks;
import org.diffusion4j.nn.score.ScoreUNetConfig.Levels;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.VarianceKind;
import org.diffusion4j.process.continuous.ProcessSettings;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.LossTerms;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainSettings;
import org.diffusion4j.train.score.ContinuousLoss;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a training of a model of images is made of. Begin with {@link #defaults} or {@link #read}, and change it by
 * {@code with…}: the constructor grows with every new key.
 *
 * @param name the name of the run, by which its folder is called
 * @param comment where the numbers come from and what to expect of them
 * @param model the network; with classes, {@code numClassEmbeds} is their number and one more, which means "no label"
 * @param prediction {@code eps}, {@code x0}, {@code v} or {@code mean}
 * @param variance of a reverse step: {@code fixed-small} or {@code fixed-large}, or with twice the output channels
 *     {@code learned-range} or {@code learned-log}
 * @param sample how the grids of samples are drawn during training
 * @param scoreModel a network of score models in the place of {@code model}, or null; in files it is {@code model} with {@code "class":
 *     "ScoreUNet"} or {@code "RefineNet"}
 * @param process in continuous time, in place of {@code schedule}, {@code prediction} and {@code variance}; null for a chain of
 *     timesteps
 */
public record ImageRecipe(
        String name,
        String comment,
        Data data,
        UNet2DConfig model,
        BetaSchedule schedule,
        Prediction prediction,
        VarianceKind variance,
        TrainSettings train,
        SampleSettings sample,
        @Nullable ProcessSettings process,
        @Nullable PictureConfig scoreModel)
        implements Recipe {

    /** The kind of these recipes, also of files that say none. */
    public static final Kind<ImageRecipe> KIND = new Kind<>("image", ImageRecipe::defaults, "sample") {
        @Override
        public boolean isOne(Map<String, ? extends @Nullable Object> tree) {
            return !tree.containsKey(KIND_KEY) || super.isOne(tree);
        }

        @Override
        protected void prepare(Map<String, @Nullable Object> tree, String source) {
            ImageRecipe.prepare(tree, source);
        }
    };

    private static final String PROCESS = "process";
    private static final String MODEL = "model";
    private static final String SCORE_MODEL = "scoreModel";
    private static final String CLASS = "class";
    private static final List<String> OF_CHAINS = List.of("schedule", "prediction", "variance");
    private static final String OLD_DROPOUT = "labelDropout";

    public ImageRecipe {
        Recipe.requireName(name);
        Prediction.named(prediction.toString()); // refuses one that has no name
        LossTerms loss = train.objective().loss();
        boolean learned = variance.learned() != null;
        require(
                learned || !loss.needsLearnedVariance(),
                "the loss '%s' is for a learned variance; set variance=learned-range, or take simple or vlb",
                loss);
        require(
                !learned || loss != LossTerms.SIMPLE,
                "the loss 'simple' would leave the variance unlearned; take hybrid, or variance=fixed-small");
        if (process != null) {
            require(
                    schedule.equals(BetaSchedule.ddpm())
                            && prediction.equals(Prediction.EPS)
                            && variance == VarianceKind.FIXED_SMALL
                            && train.objective()
                                    .equals(ObjectiveSettings.simple().withLoss(loss)),
                    "process %s has its own prediction and loss: omit schedule, prediction, variance and train.objective but for its loss",
                    process.kind());
            ContinuousLoss.requireLoss(process, loss);
        }
        if (scoreModel instanceof RefineNetConfig refine) {
            requireLevels(refine.levels(), process);
        }
        require(
                process != null || sample.steps() <= schedule.steps(),
                "sample.steps must be at most the %s of schedule.steps, was %s",
                schedule.steps(),
                sample.steps());
        sample.requireGuided();
        require(
                sample.guidance() == 1
                        || (scoreModel == null ? model : scoreModel).numClassEmbeds() != null
                                && train.conditionDropout() > 0,
                "sample.guidance %s needs a network that learns with and without labels;"
                        + " set model.numClassEmbeds and train.conditionDropout, or sample.guidance=1",
                sample.guidance());
    }

    /** A network that knows its noise levels needs a process with the same. */
    private static void requireLevels(Levels levels, @Nullable ProcessSettings process) {
        require(
                process != null
                        && process.kind() == ProcessSettings.Kind.NCSN
                        && levels.equals(new Levels(process.sigmaMax(), process.sigmaMin(), process.levels())),
                "a RefineNet knows its noise levels, %s from %s to %s: set process.kind=ncsn with the same levels, sigmaMax and sigmaMin",
                levels.count(),
                levels.largest(),
                levels.smallest());
    }

    /** Of a chain of timesteps. */
    public ImageRecipe(
            String name,
            String comment,
            Data data,
            UNet2DConfig model,
            BetaSchedule schedule,
            Prediction prediction,
            VarianceKind variance,
            TrainSettings train,
            SampleSettings sample) {
        this(name, comment, data, model, schedule, prediction, variance, train, sample, null, null);
    }

    /**
     * What is learned from.
     *
     * @param source {@code mnist}, {@code fashion-mnist}, {@code cifar10}, {@code glyphs}, or the path of a folder or zip
     * @param validation how many images are held out for the validation loss
     * @param flip whether half of the images are mirrored, anew in each epoch
     * @param size height and width that every image is cropped and resized to, or 0 to take them as they are
     * @param grey whether colour images lose their colour
     */
    public record Data(String source, int validation, boolean flip, int size, boolean grey) {

        public Data {
            require(validation >= 0, "data.validation must be at least 0, was %s", validation);
            require(size >= 0, "data.size must be at least 0, was %s", size);
        }

        public Data withSource(String source) {
            return Records.with(this, "source", source);
        }

        public Data withValidation(int validation) {
            return Records.with(this, "validation", validation);
        }

        public Data withFlip(boolean flip) {
            return Records.with(this, "flip", flip);
        }

        public Data withSize(int size) {
            return Records.with(this, "size", size);
        }

        public Data withGrey(boolean grey) {
            return Records.with(this, "grey", grey);
        }
    }

    /**
     * Reads a recipe; what it omits is as in {@link #defaults}.
     *
     * @param changes assignments such as {@code train.batchSize=64}, made last
     * @throws org.diffusion4j.engine.FormatException if a field is not known or has a value of the wrong type
     */
    public static ImageRecipe read(Path file, List<String> changes) {
        return KIND.read(file, changes);
    }

    /**
     * Reads a recipe from text.
     *
     * @param source where the text comes from, for messages
     */
    public static ImageRecipe parse(String json, String source, List<String> changes) {
        return KIND.read(Json.parseObject(json, source), changes, source);
    }

    /** This recipe after assignments such as {@code train.batchSize=64}. */
    public ImageRecipe with(String... changes) {
        return KIND.changed(this, List.of(changes));
    }

    public ImageRecipe withName(String name) {
        return Records.with(this, "name", name);
    }

    public ImageRecipe withComment(String comment) {
        return Records.with(this, "comment", comment);
    }

    public ImageRecipe withData(Data data) {
        return Records.with(this, "data", data);
    }

    public ImageRecipe withModel(UNet2DConfig model) {
        return Records.with(this, "model", model);
    }

    /** With a network of score models, or null for that of {@code model}. */
    public ImageRecipe withScoreModel(@Nullable PictureConfig scoreModel) {
        return Records.with(this, SCORE_MODEL, scoreModel);
    }

    /** The network. */
    public PictureConfig network() {
        return scoreModel == null ? model : scoreModel;
    }

    public ImageRecipe withSchedule(BetaSchedule schedule) {
        return Records.with(this, "schedule", schedule);
    }

    public ImageRecipe withPrediction(Prediction prediction) {
        return Records.with(this, "prediction", prediction);
    }

    public ImageRecipe withVariance(VarianceKind variance) {
        return Records.with(this, "variance", variance);
    }

    public ImageRecipe withTrain(TrainSettings train) {
        return Records.with(this, "train", train);
    }

    public ImageRecipe withSample(SampleSettings sample) {
        return Records.with(this, "sample", sample);
    }

    /** With a process in continuous time, or null for the chain of {@code schedule}. */
    public ImageRecipe withProcess(@Nullable ProcessSettings process) {
        return Records.with(this, PROCESS, process);
    }

    /** Files of other times and of other networks: an old name of a field, the process and the class of the network. */
    private static void prepare(Map<String, @Nullable Object> tree, String source) {
        if (tree.get("train") instanceof Map<?, ?> settings && settings.containsKey(OLD_DROPOUT)) {
            Map<String, @Nullable Object> renamed = part(tree, "train");
            renamed.put("conditionDropout", renamed.remove(OLD_DROPOUT));
        }
        if (tree.get(PROCESS) instanceof Map<?, ?>) {
            ProcessSettings process = ProcessSettings.fromMap(part(tree, PROCESS), source + ", process");
            tree.put(PROCESS, Records.CAMEL_CASE.write(process));
        }
        if (tree.get(MODEL) instanceof Map<?, ?> network && network.containsKey(CLASS)) {
            Map<String, @Nullable Object> score = part(tree, MODEL);
            String type = String.valueOf(score.remove(CLASS));
            try {
                tree.put(SCORE_MODEL, ScoreNetworks.read(type, Records.CAMEL_CASE, score, source + ", model"));
            } catch (IllegalArgumentException e) {
                throw new FormatException(source + ": 'model.class': " + e.getMessage(), e);
            }
            tree.remove(MODEL);
        }
    }

    /** All fields that count as a JSON tree: those of a chain of timesteps, or the process in continuous time. */
    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> tree = Recipe.super.toMap();
        if (process == null) {
            tree.remove(PROCESS);
        } else {
            OF_CHAINS.forEach(tree::remove);
            tree.put(PROCESS, process.toMap());
        }
        tree.remove(SCORE_MODEL);
        if (scoreModel != null) {
            Map<String, @Nullable Object> network = new LinkedHashMap<>();
            network.put(CLASS, scoreModel.toMap().get("_class_name"));
            network.putAll(Records.CAMEL_CASE.write((Record) scoreModel));
            tree.put(MODEL, network);
        }
        return tree;
    }

    /** This recipe as the text of a file that {@link #read} reads. */
    public String toJson() {
        return Json.pretty(toMap());
    }

    @Override
    public String source() {
        return data.source();
    }

    @Override
    public Kind<ImageRecipe> kind() {
        return KIND;
    }

    /** What the network's output means. */
    OutputMeaning meaning() {
        return new OutputMeaning(prediction, variance.learned());
    }

    /** A new, untrained model of this recipe, owned by the caller. */
    public DiffusionModel newModel(ImageDataset data) {
        PictureConfig network = network();
        Integer rows = network.numClassEmbeds();
        require(
                rows == null || rows == data.labelNames().size() + 1,
                "model.numClassEmbeds must be %s, the %s classes of %s and one for \"no label\", was %s",
                data.labelNames().size() + 1,
                data.labelNames().size(),
                data.name(),
                rows);
        require(
                network.inChannels() == data.channels(),
                "model.inChannels must be %s as in %s, was %s%s",
                data.channels(),
                data.name(),
                network.inChannels(),
                network.inChannels() == 1 && data.channels() == 3
                        ? "; or take the colour off pictures in files, with data.grey=true"
                        : "");
        int outputs = meaning().outputChannels(data.channels());
        require(
                network.outChannels() == outputs,
                "model.outChannels must be %s for %s with variance '%s', was %s",
                outputs,
                data.name(),
                variance,
                network.outChannels());
        List<Integer> size =
                data.height() == data.width() ? List.of(data.height()) : List.of(data.height(), data.width());
        require(
                network.pictureSize().equals(size),
                "model.sampleSize must be %s as in %s, was %s%s",
                size,
                data.name(),
                network.pictureSize(),
                network.pictureSize().size() == 1
                        ? "; or resize pictures in files, with data.size="
                                + network.pictureSize().get(0)
                        : "");
        double pixels = (double) data.height() * data.width() * network.firstWidth();
        MachineMemory.requireRoomFor( // two layers of features in float32 or twice as many in bfloat16
                8 * pixels * train.batchSize(),
                "train.batchSize " + train.batchSize() + " with images of " + data.width() + "×" + data.height(),
                "lower train.batchSize, and raise train.accumulate instead");
        DiffusionModel fresh = new DiffusionModel(
                network.newNetwork(train.seed()),
                process == null
                        ? SchedulerConfig.ddpm(schedule, meaning(), variance.ofStep())
                        : SchedulerConfig.continuous(process),
                new ModelCard(rows == null ? List.of() : data.labelNames(), Map.of("recipe", toMap())));
        try {
            fresh.network().parameters().computeIn(train.compute());
            return fresh;
        } catch (RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    @Override
    public ImageRecipe resolved() {
        TrainSettings decided = train.resolved();
        return with("train.precision=" + decided.precision(), "train.streams=" + decided.streams());
    }

    @SuppressWarnings("unchecked") // keys of trees are texts
    private static Map<String, @Nullable Object> part(Map<String, ?> tree, String name) {
        return (Map<String, @Nullable Object>) Objects.requireNonNull(tree.get(name));
    }

    /**
     * What a recipe need not say: DDPM's schedule and settings (DDPM, appendix B), with a batch of 128. A field that comes later has here
     * what was done before it came, since runs of that time have it filled in when they go on.
     */
    public static ImageRecipe defaults() {
        return new ImageRecipe(
                "run",
                "",
                new Data("mnist", 1000, false, 0, false),
                UNet2DConfig.defaults(),
                BetaSchedule.ddpm(),
                Prediction.EPS,
                VarianceKind.FIXED_SMALL,
                TrainSettings.defaults(),
                SampleSettings.ddim(50));
    }
}
