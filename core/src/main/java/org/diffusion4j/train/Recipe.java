package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.MachineMemory;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;
import org.diffusion4j.nn.UNet2D;
import org.diffusion4j.nn.UNet2DConfig;
import org.diffusion4j.process.LearnedVariance;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.DiffusionModel;
import org.diffusion4j.sample.ModelCard;
import org.diffusion4j.sample.ReverseVariance;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.SchedulerConfig;
import org.diffusion4j.schedule.BetaSchedule;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a training is made of. Together with the data it determines the model, bit for bit on one machine and number of
 * threads.
 *
 * @param name the name of the run, by which its folder is called
 * @param comment where the numbers come from and what to expect of them
 * @param model the network; with classes, {@code numClassEmbeds} is their number and one more, which means "no label"
 * @param prediction {@code eps}, {@code x0}, {@code v} or {@code mean}
 * @param variance of a reverse step: {@code fixed-small} or {@code fixed-large}, or with twice the output channels
 *     {@code learned-range} or {@code learned-log}
 * @param sample how the grids of samples are drawn during training
 */
public record Recipe(
        String name,
        String comment,
        Data data,
        UNet2DConfig model,
        BetaSchedule schedule,
        String prediction,
        String variance,
        Train train,
        SampleSettings sample) {

    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_+. -]{0,99}");
    private static final List<Enum<?>> VARIANCES = List.of(
            ReverseVariance.FIXED_SMALL, ReverseVariance.FIXED_LARGE, LearnedVariance.RANGE, LearnedVariance.LOG);

    public Recipe {
        require(
                NAME.matcher(name).matches(),
                "name must be that of a folder beneath runs, letters and digits with any of '-_+. ' among them, was %s",
                Json.line(name));
        Prediction.named(prediction);
        Loss loss = train.objective().loss();
        boolean learned = named(variance) instanceof LearnedVariance;
        require(
                learned || !loss.needsLearnedVariance(),
                "the loss '%s' is for a learned variance; set variance=learned-range, or take simple or vlb",
                loss);
        require(
                !learned || loss != Loss.SIMPLE,
                "the loss 'simple' would leave the variance unlearned; take hybrid, or variance=fixed-small");
        require(
                sample.steps() <= schedule.steps(),
                "sample.steps must be at most the %s of schedule.steps, was %s",
                schedule.steps(),
                sample.steps());
        require(
                sample.guidance() == 1 || model.numClassEmbeds() != null && train.labelDropout() > 0,
                "sample.guidance %s needs a network that learns with and without labels;"
                        + " set model.numClassEmbeds and train.labelDropout, or sample.guidance=1",
                sample.guidance());
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
    }

    /**
     * How it is learned.
     *
     * @param batchSize images that go through the network at once
     * @param accumulate batches whose gradients make one step
     * @param warmupSteps over which the learning rate rises from 0, linearly
     * @param decay the shape of the learning rate's fall: {@code cosine} or {@code linear}
     * @param decayTo the share of the learning rate that is left at the last step; 1 for no fall
     * @param stages what follows these steps, each with a learning rate and clipping of its own
     * @param clipGradient the largest norm of the whole gradient, or 0 for none
     * @param objective what is minimised, and how times are chosen and weighted
     * @param emaDecay of the averaged weights, which begin with a shorter memory, see {@link Ema}
     * @param labelDropout share of labels that are replaced by "no label", for guidance later
     * @param precision {@code float32}, {@code bf16}, or {@code auto} for bf16 where the processor has it
     * @param validateEvery steps between validations; 0: at the end only
     * @param sampleEvery steps between sample grids; 0: at the end only
     * @param sampleCount pictures in a grid, 0 for no grid at all; null for 32, with classes eight of each and ten classes at most
     * @param checkpointEvery steps between checkpoints; 0: at the end only
     * @param keep how many of the newest checkpoints are kept, beside the best
     * @param timeLimit minutes after which the training saves and stops, to be resumed or not; 0 for none
     */
    public record Train(
            long steps,
            int batchSize,
            int accumulate,
            double learningRate,
            long warmupSteps,
            Decay decay,
            double decayTo,
            OptimizerSettings optimizer,
            double clipGradient,
            List<Stage> stages,
            ObjectiveSettings objective,
            double emaDecay,
            double labelDropout,
            String precision,
            long seed,
            long validateEvery,
            long sampleEvery,
            @Nullable Integer sampleCount,
            long checkpointEvery,
            int keep,
            double timeLimit) {

        private static final Map<String, Precision> PRECISIONS =
                Map.of("float32", Precision.FLOAT32, "bf16", Precision.BFLOAT16, "auto", Precision.best());

        public Train {
            require(batchSize >= 1, "train.batchSize must be at least 1, was %s", batchSize);
            require(accumulate >= 1, "train.accumulate must be at least 1, was %s", accumulate);
            new Stage(steps, learningRate, clipGradient, warmupSteps, decay, decayTo); // refuses what is out of range
            stages = List.copyOf(stages);
            require(emaDecay >= 0 && emaDecay < 1, "train.emaDecay must lie in [0, 1), was %s", emaDecay);
            require(
                    labelDropout >= 0 && labelDropout < 1,
                    "train.labelDropout must lie in [0, 1), was %s",
                    labelDropout);
            require(
                    PRECISIONS.containsKey(precision),
                    "train.precision '%s' is not known; %s",
                    precision,
                    DidYouMean.among(precision, PRECISIONS.keySet()));
            require(
                    validateEvery >= 0 && sampleEvery >= 0 && checkpointEvery >= 0,
                    "train.validateEvery, sampleEvery and checkpointEvery must be at least 0, were %s, %s and %s",
                    validateEvery,
                    sampleEvery,
                    checkpointEvery);
            require(
                    sampleCount == null || sampleCount >= 0,
                    "train.sampleCount must be at least 0, was %s",
                    sampleCount);
            require(keep >= 1, "train.keep must be at least 1, was %s", keep);
            require(timeLimit >= 0, "train.timeLimit must be at least 0, was %s", timeLimit);
        }

        /** All stages; what stands beside them is the first. */
        Plan plan() {
            Stage first = new Stage(steps, learningRate, clipGradient, warmupSteps, decay, decayTo);
            return new Plan(Stream.concat(Stream.of(first), stages.stream()).toList());
        }

        Precision arithmetic() {
            return Objects.requireNonNull(PRECISIONS.get(precision)); // checked at birth
        }
    }

    /**
     * Reads a recipe; what it leaves out is as in {@link #defaults}.
     *
     * @param changes assignments such as {@code train.batchSize=64}, made last
     * @throws org.diffusion4j.engine.FormatException if a field is not known or has a value of the wrong type
     */
    public static Recipe read(Path file, List<String> changes) {
        return changed(defaults(), Json.readObject(file), changes, file.toString());
    }

    /**
     * Reads a recipe from text.
     *
     * @param source where the text comes from, for messages
     */
    public static Recipe parse(String json, String source, List<String> changes) {
        return changed(defaults(), Json.parseObject(json, source), changes, source);
    }

    /** This recipe after assignments such as {@code train.batchSize=64}. */
    public Recipe with(String... changes) {
        return changed(this, Records.CAMEL_CASE.write(this), List.of(changes), "recipe " + name);
    }

    private static Recipe changed(
            Recipe defaults, Map<String, @Nullable Object> tree, List<String> changes, String source) {
        for (String change : changes) {
            Assignment.parse(change).applyTo(tree);
        }
        return Records.CAMEL_CASE.read(defaults, tree, source);
    }

    /** All fields as a JSON tree. */
    public Map<String, @Nullable Object> toMap() {
        return Records.CAMEL_CASE.write(this);
    }

    /** What the network's output means. */
    OutputMeaning meaning() {
        return new OutputMeaning(
                Prediction.named(prediction), named(variance) instanceof LearnedVariance learned ? learned : null);
    }

    /** The variance of the model's reverse steps. */
    ReverseVariance reverseVariance() {
        return named(variance) instanceof ReverseVariance fixed ? fixed : ReverseVariance.LEARNED;
    }

    private static Enum<?> named(String variance) {
        return DidYouMean.choose("variance", variance, VARIANCES);
    }

    /** A new, untrained model of this recipe, owned by the caller. */
    public DiffusionModel newModel(ImageDataset data) {
        Integer rows = model.numClassEmbeds();
        require(
                rows == null || rows == data.labelNames().size() + 1,
                "model.numClassEmbeds must be %s, the %s classes of %s and one for \"no label\", was %s",
                data.labelNames().size() + 1,
                data.labelNames().size(),
                data.name(),
                rows);
        require(
                model.inChannels() == data.channels(),
                "model.inChannels must be %s as in %s, was %s%s",
                data.channels(),
                data.name(),
                model.inChannels(),
                model.inChannels() == 1 && data.channels() == 3
                        ? "; or take the colour off pictures in files, with data.grey=true"
                        : "");
        int outputs = meaning().outputChannels(data.channels());
        require(
                model.outChannels() == outputs,
                "model.outChannels must be %s for %s with variance '%s', was %s",
                outputs,
                data.name(),
                variance,
                model.outChannels());
        List<Integer> size =
                data.height() == data.width() ? List.of(data.height()) : List.of(data.height(), data.width());
        require(
                model.sampleSize().equals(size),
                "model.sampleSize must be %s as in %s, was %s%s",
                size,
                data.name(),
                model.sampleSize(),
                model.sampleSize().size() == 1
                        ? "; or resize pictures in files, with data.size="
                                + model.sampleSize().get(0)
                        : "");
        double pixels =
                (double) data.height() * data.width() * model.blockOutChannels().get(0);
        MachineMemory.requireRoomFor( // two layers of features in float32 or twice as many in bfloat16
                8 * pixels * train.batchSize(),
                "train.batchSize " + train.batchSize() + " with images of " + data.width() + "×" + data.height(),
                "lower train.batchSize, and raise train.accumulate instead");
        return new DiffusionModel(
                new UNet2D(model, train.seed()),
                SchedulerConfig.ddpm(schedule, meaning(), reverseVariance()),
                new ModelCard(rows == null ? List.of() : data.labelNames(), Map.of("recipe", toMap())));
    }

    /** This recipe with what is left to the machine decided. */
    Recipe resolved() {
        return with("train.precision=" + (train.arithmetic() == Precision.BFLOAT16 ? "bf16" : "float32"));
    }

    /** What determines the weights after so many steps: not the names, not what comes later, not where data lie. */
    Map<String, @Nullable Object> determining(long steps) {
        Map<String, @Nullable Object> tree = toMap();
        List.of("name", "comment", "sample").forEach(tree::remove);
        part(tree, "data").remove("source");
        Map<String, @Nullable Object> settings = part(tree, "train");
        List.of(
                        "steps",
                        "learningRate",
                        "warmupSteps",
                        "decay",
                        "decayTo",
                        "clipGradient",
                        "stages") // said by the plan
                .forEach(settings::remove);
        List.of("validateEvery", "sampleEvery", "sampleCount", "checkpointEvery", "keep", "timeLimit")
                .forEach(settings::remove);
        List<Map<String, @Nullable Object>> begun = train.plan().until(steps);
        settings.putAll(begun.get(0));
        settings.put("stages", begun.subList(1, begun.size()));
        return tree;
    }

    @SuppressWarnings("unchecked") // keys of trees are texts
    private static Map<String, @Nullable Object> part(Map<String, ?> tree, String name) {
        return (Map<String, @Nullable Object>) Objects.requireNonNull(tree.get(name));
    }

    /**
     * What a recipe need not say: DDPM's schedule and settings (DDPM, appendix B), with a batch of 128. A field that comes later has here
     * what was done before it came, since runs of that time have it filled in when they go on.
     */
    public static Recipe defaults() {
        return new Recipe(
                "run",
                "",
                new Data("mnist", 1000, false, 0, false),
                UNet2DConfig.defaults(),
                BetaSchedule.ddpm(),
                "eps",
                "fixed-small",
                new Train(
                        10_000,
                        128,
                        1,
                        2e-4,
                        500,
                        Decay.COSINE,
                        1,
                        OptimizerSettings.adam(),
                        1,
                        List.of(),
                        ObjectiveSettings.simple(),
                        0.999,
                        0.1,
                        "auto",
                        0,
                        1000,
                        1000,
                        null,
                        1000,
                        3,
                        0),
                SampleSettings.ddim(50));
    }
}
