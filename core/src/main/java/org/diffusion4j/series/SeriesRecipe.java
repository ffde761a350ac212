package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.data.series.CsvCell;
import org.diffusion4j.data.series.Frequency;
import org.diffusion4j.data.series.SeriesCsv;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.series.TimeGradConfig;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.LossTerms;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TimeSampling;
import org.diffusion4j.train.TrainSettings;

/**
 * Everything that a training of a forecaster is made of.
 *
 * @param name the name of the run, by which its folder is called
 * @param comment where the numbers come from and what to expect of them
 * @param model the networks
 * @param prediction {@code eps}, {@code x0} or {@code v}
 * @param regression how far a prediction is from what it should have been
 * @param sample how forecasts are drawn by default
 */
public record SeriesRecipe(
        String name,
        String comment,
        Data data,
        TimeGradConfig model,
        BetaSchedule schedule,
        Prediction prediction,
        Regression regression,
        TrainSettings train,
        SampleSettings sample)
        implements Recipe {

    /** The kind of these recipes. */
    public static final Kind<SeriesRecipe> KIND = new Kind<>("series", SeriesRecipe::defaults, "sample");

    /**
     * What is learned from, and how windows of it look.
     *
     * @param source a CSV file
     * @param frequency such as {@code D}, or empty to recognise it by the times
     * @param start the time of the first row of a file without a column of times, else empty
     * @param context rows that the recurrent layers read before the forecast begins
     * @param horizon rows of the forecast
     * @param lags how many rows back the network sees values; empty for those of the frequency
     * @param transform what of a series the model learns
     * @param scaling what numbers are divided by
     * @param test rows at the end that are not learned from, so that a backtest there is honest
     * @param validation rows before those, for the validation loss; 0 for none
     */
    public record Data(
            String source,
            String frequency,
            String start,
            int context,
            int horizon,
            List<Integer> lags,
            SeriesTransform transform,
            Scaling scaling,
            int test,
            int validation) {

        public Data {
            lags = List.copyOf(lags);
            new WindowShape(context, horizon, lags.isEmpty() ? List.of(1) : lags); // refuses what is out of range
            require(test >= 0, "data.test must be at least 0, was %s", test);
            require(
                    validation == 0 || validation >= horizon,
                    "data.validation must be 0 or at least data.horizon, %s, was %s",
                    horizon,
                    validation);
            if (!frequency.isEmpty()) {
                Frequency.parse(frequency);
            }
            require(
                    start.isEmpty() || !frequency.isEmpty(),
                    "data.start is for files without times, which also need data.frequency");
            if (!start.isEmpty()) {
                CsvCell.time(start, "data.start");
            }
        }

        /** How the file is read. */
        public SeriesCsv csv() {
            return new SeriesCsv(
                    frequency.isEmpty() ? null : Frequency.parse(frequency),
                    start.isEmpty() ? null : CsvCell.time(start, "data.start"));
        }

        /** The shape of windows, with lags of the frequency where none are given. */
        WindowShape shape(Frequency of) {
            return new WindowShape(context, horizon, lags.isEmpty() ? of.lags() : lags);
        }

        public Data withSource(String source) {
            return Records.with(this, "source", source);
        }

        public Data withFrequency(String frequency) {
            return Records.with(this, "frequency", frequency);
        }

        public Data withStart(String start) {
            return Records.with(this, "start", start);
        }

        public Data withContext(int context) {
            return Records.with(this, "context", context);
        }

        public Data withHorizon(int horizon) {
            return Records.with(this, "horizon", horizon);
        }

        public Data withLags(List<Integer> lags) {
            return Records.with(this, "lags", lags);
        }

        public Data withTransform(SeriesTransform transform) {
            return Records.with(this, "transform", transform);
        }

        public Data withScaling(Scaling scaling) {
            return Records.with(this, "scaling", scaling);
        }

        public Data withTest(int test) {
            return Records.with(this, "test", test);
        }

        public Data withValidation(int validation) {
            return Records.with(this, "validation", validation);
        }
    }

    public SeriesRecipe {
        Recipe.requireName(name);
        Prediction.named(prediction.toString()); // refuses one that has no name
        require(
                train.objective().loss() == LossTerms.SIMPLE,
                "the loss of series is 'simple', of which regression says the kind; '%s' is not for them",
                train.objective().loss());
        require(
                train.objective().times() != TimeSampling.LOSS_SECOND_MOMENT,
                "train.objective.times 'loss-second-moment' is not for series, whose windows have many times");
        require(
                train.conditionDropout() == 0,
                "train.conditionDropout must be 0 for series, which are not guided, was %s",
                train.conditionDropout());
        require(
                sample.guidance() == 1,
                "sample.guidance must be 1 for series, which are not guided, was %s",
                sample.guidance());
        require(
                sample.steps() <= schedule.steps(),
                "sample.steps must be at most the %s of schedule.steps, was %s",
                schedule.steps(),
                sample.steps());
    }

    /**
     * Reads a recipe; what it omits is as in {@link #defaults}.
     *
     * @param changes assignments such as {@code train.batchSize=64}, made last
     * @throws FormatException if a field is not known or has a value of the wrong type
     */
    public static SeriesRecipe read(Path file, List<String> changes) {
        return KIND.read(file, changes);
    }

    /** This recipe after assignments such as {@code train.batchSize=64}. */
    public SeriesRecipe with(String... changes) {
        return KIND.changed(this, List.of(changes));
    }

    @Override
    public Kind<SeriesRecipe> kind() {
        return KIND;
    }

    @Override
    public String source() {
        return data.source();
    }

    /** With single precision, in which these small networks compute on every machine. */
    @Override
    public SeriesRecipe resolved() {
        return withTrain(train.resolvedInFloat32("series"));
    }

    /** TimeGrad as published for exchange rates: N = 100, betas from 1e-4 to 0.1, context and horizon of 30 rows, the ancestral sampler. */
    public static SeriesRecipe defaults() {
        return new SeriesRecipe(
                "series",
                "",
                new Data("", "", "", 30, 30, List.of(), SeriesTransform.NONE, Scaling.CONTEXT, 0, 0),
                TimeGradConfig.published(),
                new BetaSchedule(BetaCurve.LINEAR, 1e-4, 0.1, 100),
                Prediction.EPS,
                Regression.L2,
                TrainSettings.defaults()
                        .with(
                                "steps=2000",
                                "batchSize=64",
                                "learningRate=1e-3",
                                "warmupSteps=100",
                                "decayTo=0.01",
                                "conditionDropout=0",
                                "emaDecay=0.99",
                                "precision=float32",
                                "sampleCount=0",
                                "sampleEvery=0",
                                "validateEvery=200",
                                "checkpointEvery=500"),
                SampleSettings.ddpm(100));
    }

    public SeriesRecipe withName(String name) {
        return Records.with(this, "name", name);
    }

    public SeriesRecipe withComment(String comment) {
        return Records.with(this, "comment", comment);
    }

    public SeriesRecipe withData(Data data) {
        return Records.with(this, "data", data);
    }

    public SeriesRecipe withModel(TimeGradConfig model) {
        return Records.with(this, "model", model);
    }

    public SeriesRecipe withSchedule(BetaSchedule schedule) {
        return Records.with(this, "schedule", schedule);
    }

    public SeriesRecipe withPrediction(Prediction prediction) {
        return Records.with(this, "prediction", prediction);
    }

    public SeriesRecipe withRegression(Regression regression) {
        return Records.with(this, "regression", regression);
    }

    public SeriesRecipe withTrain(TrainSettings train) {
        return Records.with(this, "train", train);
    }

    public SeriesRecipe withSample(SampleSettings sample) {
        return Records.with(this, "sample", sample);
    }
}
