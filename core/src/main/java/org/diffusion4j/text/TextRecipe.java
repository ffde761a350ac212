package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.data.text.TextLayout;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.text.TextTransformerConfig;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.LossTerms;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainSettings;
import org.diffusion4j.train.Weighting;

/**
 * Everything that a training of a model of texts is made of.
 *
 * @param name the name of the run, by which its folder is called
 * @param comment where the numbers come from and what to expect of them
 * @param model the network
 * @param prediction {@code x0}, {@code eps} or {@code v} of Diffusion-LM, or {@code tokens}: a distribution over tokens, which needs
 *     normalized embeddings, since others would only grow
 * @param infilling share of examples of which a part is given without noise, so that the model learns to go on and to fill in, in [0, 1]
 * @param storage the precision of the weights in the model's folder: {@code float32}, {@code bf16} or {@code float16}
 * @param sample how texts are written by default
 * @param clamp whether x0 is rounded to the nearest embeddings in each step of writing, by default
 * @param temperature of writing, by default; 1 but for the prediction {@code tokens}
 */
public record TextRecipe(
        String name,
        String comment,
        Data data,
        TextTransformerConfig model,
        BetaSchedule schedule,
        String prediction,
        double infilling,
        Precision storage,
        TrainSettings train,
        SampleSettings sample,
        boolean clamp,
        double temperature)
        implements Recipe {

    /** The kind of these recipes. */
    public static final Kind<TextRecipe> KIND =
            new Kind<>("text", TextRecipe::defaults, "storage", "sample", "clamp", "temperature");

    /** The network receives timesteps as if there were so many, as published. */
    private static final double RESCALED_STEPS = 1000;

    /**
     * What is learned from.
     *
     * @param source a file of texts, or a folder
     * @param file the name of the file to learn from, where the source is a folder
     * @param heldOut the name of that for the validation loss, where the source is a folder; or empty
     * @param unit what a token is
     * @param layout how texts become rows
     * @param fewest how often a word or character must occur to be in the vocabulary, from 1
     * @param length tokens of a row, of which two are the marks before and after a text
     * @param validation how many held-out texts the validation loss is taken of; 0 for none
     */
    public record Data(
            String source,
            String file,
            String heldOut,
            TextUnit unit,
            TextLayout layout,
            int fewest,
            int length,
            int validation) {

        public Data {
            require(fewest >= 1, "data.fewest must be at least 1, was %s", fewest);
            require(length >= 3, "data.length must be at least 3, two marks and a token, was %s", length);
            require(validation >= 0, "data.validation must be at least 0, was %s", validation);
        }

        /**
         * Reads the texts.
         *
         * @throws FormatException if a file is not such a file
         */
        public TextCorpus read() {
            require(!source.isEmpty(), "which texts? say data.source, a file of texts or a folder");
            return TextCorpus.read(Path.of(source), file, heldOut);
        }

        /** How many training texts are longer than a row and are cut. */
        public long cut(TextCorpus corpus) {
            return layout == TextLayout.BLOCK
                    ? 0
                    : corpus.training().stream()
                            .filter(item -> unit.split(item.text()).size() > length - 2)
                            .count();
        }

        public Data withSource(String source) {
            return Records.with(this, "source", source);
        }

        public Data withFile(String file) {
            return Records.with(this, "file", file);
        }

        public Data withHeldOut(String heldOut) {
            return Records.with(this, "heldOut", heldOut);
        }

        public Data withUnit(TextUnit unit) {
            return Records.with(this, "unit", unit);
        }

        public Data withLayout(TextLayout layout) {
            return Records.with(this, "layout", layout);
        }

        public Data withFewest(int fewest) {
            return Records.with(this, "fewest", fewest);
        }

        public Data withLength(int length) {
            return Records.with(this, "length", length);
        }

        public Data withValidation(int validation) {
            return Records.with(this, "validation", validation);
        }
    }

    public TextRecipe {
        Recipe.requireName(name);
        TextPrediction.requireKnown(prediction);
        boolean ofTokens = prediction.equals(TextPrediction.TOKENS);
        require(
                model.normalized() || !ofTokens,
                "the prediction tokens needs embeddings of one length; set model.normalized=true");
        require(infilling >= 0 && infilling <= 1, "infilling must lie in [0, 1], was %s", infilling);
        require(
                infilling == 0 || ofTokens || prediction.equals(Prediction.X0.toString()),
                "infilling needs the prediction x0 or tokens, which is '%s'; set prediction=x0 or infilling=0",
                prediction);
        require(
                infilling == 0 || data.layout() == TextLayout.PAD,
                "infilling needs a text a row; set data.layout=pad or infilling=0");
        require(
                train.objective().loss() == LossTerms.SIMPLE
                        && train.objective().weighting() == Weighting.SIMPLE,
                "texts have the loss and the weighting 'simple', not '%s' and '%s'",
                train.objective().loss(),
                train.objective().weighting());
        require(
                train.conditionDropout() == 0,
                "train.conditionDropout must be 0 for texts, which have no classes, was %s",
                train.conditionDropout());
        require(
                sample.guidance() == 1,
                "sample.guidance must be 1 for texts, which have no classes, was %s",
                sample.guidance());
        requireTemperature(temperature);
        require(
                temperature == 1 || ofTokens,
                "a temperature needs the prediction tokens, which is '%s'; set temperature=1",
                prediction);
        storage.requireStorable();
        require(
                sample.steps() <= schedule.steps(),
                "sample.steps must be at most the %s of schedule.steps, was %s",
                schedule.steps(),
                sample.steps());
    }

    static void requireTemperature(double temperature) {
        require(
                temperature > 0 && Double.isFinite(temperature),
                "the temperature must be above 0 and finite, was %s",
                temperature);
    }

    /** By what timesteps are multiplied for the network: 1000/T. */
    public double timeScale() {
        return RESCALED_STEPS / schedule.steps();
    }

    /**
     * Reads a recipe; what it omits is as in {@link #defaults}.
     *
     * @param changes assignments such as {@code train.batchSize=64}, made last
     * @throws FormatException if a field is not known or has a value of the wrong type
     */
    public static TextRecipe read(Path file, List<String> changes) {
        return KIND.read(file, changes);
    }

    /** This recipe after assignments such as {@code train.batchSize=64}. */
    public TextRecipe with(String... changes) {
        return KIND.changed(this, List.of(changes));
    }

    @Override
    public Kind<TextRecipe> kind() {
        return KIND;
    }

    @Override
    public String source() {
        return data.source();
    }

    @Override
    public TextRecipe resolved() {
        return withTrain(train.resolvedOnCpu("texts"));
    }

    /** Diffusion-LM in its published sizes: T = 2000, the sqrt schedule, prediction of x0, 200 steps to write. */
    public static TextRecipe defaults() {
        return new TextRecipe(
                "text",
                "",
                new Data("", "", "", TextUnit.WORDS, TextLayout.PAD, 1, 64, 1024),
                TextTransformerConfig.published(),
                new BetaSchedule(BetaCurve.DIFFUSION_LM, 1e-4, 0.02, 2000),
                "x0",
                0,
                Precision.FLOAT32,
                TrainSettings.defaults()
                        .with(
                                "steps=200000",
                                "batchSize=64",
                                "learningRate=1e-4",
                                "decay=linear",
                                "decayTo=0",
                                "conditionDropout=0",
                                "emaDecay=0.9999",
                                "precision=float32",
                                "sampleCount=10"),
                SampleSettings.ddpm(200),
                false,
                1);
    }

    public TextRecipe withName(String name) {
        return Records.with(this, "name", name);
    }

    public TextRecipe withComment(String comment) {
        return Records.with(this, "comment", comment);
    }

    public TextRecipe withData(Data data) {
        return Records.with(this, "data", data);
    }

    public TextRecipe withModel(TextTransformerConfig model) {
        return Records.with(this, "model", model);
    }

    public TextRecipe withSchedule(BetaSchedule schedule) {
        return Records.with(this, "schedule", schedule);
    }

    public TextRecipe withPrediction(String prediction) {
        return Records.with(this, "prediction", prediction);
    }

    public TextRecipe withInfilling(double infilling) {
        return Records.with(this, "infilling", infilling);
    }

    public TextRecipe withStorage(Precision storage) {
        return Records.with(this, "storage", storage);
    }

    public TextRecipe withTrain(TrainSettings train) {
        return Records.with(this, "train", train);
    }

    public TextRecipe withSample(SampleSettings sample) {
        return Records.with(this, "sample", sample);
    }

    public TextRecipe withClamp(boolean clamp) {
        return Records.with(this, "clamp", clamp);
    }

    public TextRecipe withTemperature(double temperature) {
        return Records.with(this, "temperature", temperature);
    }
}
