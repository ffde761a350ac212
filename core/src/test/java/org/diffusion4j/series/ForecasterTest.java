package org.diffusion4j.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.data.series.SeriesCsv;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.ResidentMemory;
import org.diffusion4j.evaluate.ForecastScores;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.train.OneThread;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(OneThread.class) // operations this small only wait for a second one
@DisplayName("A forecaster of series with a known law")
class ForecasterTest {

    private static final int HORIZON = 5;
    private static final int WINDOWS = 24;
    private static final int ROWS = 6000;
    private static final SeriesTable TABLE = SeasonalVar.table(ROWS + WINDOWS * HORIZON, 0);

    @TempDir
    private static Path trained;

    @TempDir
    private Path folder;

    private static Forecaster model;

    /** Small enough to be trained in seconds. */
    private static SeriesRecipe recipe(String... changes) {
        return SeriesRecipe.defaults()
                .with("data.context=8", "data.horizon=" + HORIZON, "data.lags=[1,7]", "data.scaling=training")
                .with("model.layers=1", "model.cells=24", "model.context=24")
                .with("model.denoiser.layers=4", "model.denoiser.channels=8", "model.denoiser.hidden=24")
                .with("schedule.steps=25", "schedule.betaEnd=0.35", "sample.steps=25")
                .with("train.batchSize=32", "train.learningRate=5e-3", "train.warmupSteps=20", "train.emaDecay=0.97")
                .with("train.checkpointEvery=0", "train.validateEvery=0")
                .with(changes);
    }

    @BeforeAll
    static void train() {
        train(trained, recipe("train.steps=600", "data.test=" + WINDOWS * HORIZON), TABLE, TrainListener.NONE);
        model = Forecaster.load(trained.resolve("model"));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static void train(Path folder, SeriesRecipe recipe, SeriesTable table, TrainListener listener) {
        try (SeriesTraining training = SeriesTraining.begin(recipe, table, folder, false)) {
            training.run(listener);
        }
    }

    @Test
    void has_bands_with_their_nominal_coverage_and_scores_better_than_the_last_value() {
        Backtest backtest = new Backtest(WINDOWS, HORIZON, 100);
        ForecastScores scores = backtest.of(model, TABLE, 1).all();

        assertThat(scores.coverageOfNineTenths()).as("within the band of 90 %").isBetween(0.85, 0.95);
        assertThat(scores.coverageOfHalf()).as("within the band of 50 %").isBetween(0.42, 0.58);
        ForecastMethod last = (history, horizon, paths, seed) -> new Forecast(
                history.names(), history.times(history.rows(), history.rows() + horizon), new double[][][] {
                    IntStream.range(0, horizon)
                            .mapToObj(t -> history.values(history.rows() - 1, history.rows())[0])
                            .toArray(double[][]::new)
                });
        assertThat(scores.crps())
                .isLessThan(0.6 * backtest.of(last, TABLE, 1).all().crps());
    }

    @Test
    void draws_paths_in_which_series_are_correlated_as_they_are() {
        double mean = 0;
        int windows = 6;
        for (int w = 0; w < windows; w++) {
            Forecast forecast = model.forecast(TABLE.first(ROWS + 11 * w), 1, 300, w);
            for (int d = 0; d < SeasonalVar.SERIES; d++) {
                mean += correlation(forecast, d, (d + 3) % SeasonalVar.SERIES) / (windows * SeasonalVar.SERIES);
            }
        }
        assertThat(mean).isCloseTo(SeasonalVar.CORRELATION, within(0.1));
    }

    private static double correlation(Forecast forecast, int first, int second) {
        double[] x = Arrays.stream(forecast.samples())
                .mapToDouble(path -> path[0][first])
                .toArray();
        double[] y = Arrays.stream(forecast.samples())
                .mapToDouble(path -> path[0][second])
                .toArray();
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.sqrt(xx * yy);
    }

    private static Forecast draw(int paths, long seed, int atOnce, String sampler, int steps) {
        SampleSettings sample = SampleSettings.of(sampler, steps);
        return model.forecast(TABLE, 3, new ForecastSettings(paths, seed, sample, atOnce), (done, of) -> {});
    }

    @ParameterizedTest
    @CsvSource({"ddpm,25", "ddim,8", "dpm++-2m,6"})
    void draws_a_path_by_its_number_and_the_seed_however_many_are_drawn_at_once(String sampler, int steps) {
        double[][][] all = draw(7, 3, 0, sampler, steps).samples();

        assertThat(draw(7, 3, 0, sampler, steps).samples()).isDeepEqualTo(all);
        double[][][] few = draw(5, 3, 2, sampler, steps).samples();
        for (int p = 0; p < few.length; p++) {
            for (int t = 0; t < few[p].length; t++) {
                assertThat(few[p][t]).usingComparatorWithPrecision(1e-4).containsExactly(all[p][t]);
            }
        }
        assertThat(draw(1, 4, 0, sampler, steps).samples()[0][0][0]).isNotEqualTo(all[0][0][0]);
    }

    @Test
    void may_go_on_beyond_the_rows_that_it_was_trained_on() {
        Forecast forecast = model.forecast(TABLE, 3 * HORIZON, 2, 0);

        assertThat(forecast.times()).hasSize(3 * HORIZON);
        assertThat(forecast.samples()[1][3 * HORIZON - 1]).doesNotContain(Double.NaN);
    }

    @Test
    void refuses_what_does_not_fit_it() {
        assertThatThrownBy(() -> model.forecast(TABLE.first(14), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the history has 14 rows, the model needs 15: a context of 8 and its longest lag, 7");
        SeriesTable others = new SeriesTable(
                List.of("a", "s1", "s2", "s3", "s4", "s5", "s6", "s7"),
                TABLE.frequency(),
                TABLE.time(0),
                TABLE.values(0, 20));
        assertThatThrownBy(() -> model.forecast(others, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the table lacks the series 's0' of the model; ");
        assertThatThrownBy(() -> model.forecast(TABLE, 0)).hasMessage("the horizon must be at least 1, was 0");
        assertThatThrownBy(() -> Forecaster.load(trained))
                .isInstanceOf(FormatException.class)
                .hasMessage(trained + ": is not the folder of a forecaster, it has no forecaster.json; did you mean "
                        + trained.resolve("model") + "?");
        assertThatThrownBy(() -> SeriesTraining.begin(recipe(), TABLE.first(19), folder.resolve("run"), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the table has 19 rows to learn from, but context 8, the longest lag 7 and horizon 5 need 20;"
                                + " lower data.context, data.lags or data.horizon, or give more rows");
        assertThat(folder.resolve("run")).doesNotExist();
        assertThatThrownBy(() -> SeriesTraining.begin(recipe("prediction=flow"), TABLE, folder.resolve("run"), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("flow");
        assertThat(folder.resolve("run")).doesNotExist();
        assertThatThrownBy(() -> recipe("train.conditionDropout=0.1"))
                .hasMessageContaining("train.conditionDropout must be 0 for series, which are not guided, was 0.1");
    }

    @Test
    void can_be_stopped_and_frees_what_it_used() {
        ForecastSettings settings = new ForecastSettings(50, 0, model.recipe().sample(), 0);
        model.forecast(TABLE, 2, settings, (done, of) -> {});
        Runnable calls = () -> {
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> model.forecast(TABLE, 4, settings, (done, of) -> {
                            if (done > 0) {
                                throw new CancellationException();
                            }
                        }))
                        .isInstanceOf(CancellationException.class);
                model.forecast(TABLE, 2, settings, (done, of) -> {});
            }
        };
        assertThat(ResidentMemory.growth(50L << 20, calls)).isLessThan(50L << 20);
    }

    @ParameterizedTest
    @CsvSource({"none,context", "differences,training"})
    void learns_from_series_with_gaps_and_from_one_that_is_always_zero(String transform, String scaling) {
        double[][] values = TABLE.values(0, 60);
        for (int t = 0; t < values.length; t++) {
            values[t][0] = 0;
            values[t][1] = t % 5 == 0 ? Double.NaN : values[t][1];
        }
        SeriesTable table = new SeriesTable(TABLE.names(), TABLE.frequency(), TABLE.time(0), values);
        train(
                folder,
                recipe("train.steps=3", "data.transform=" + transform, "data.scaling=" + scaling, "data.validation=5"),
                table,
                TrainListener.NONE);
        try (Forecaster forecaster = Forecaster.load(folder.resolve("model"))) {
            assertThat(forecaster.forecast(table, 2, 3, 0).samples()[2][1]).doesNotContain(Double.NaN);
        }
    }

    @ParameterizedTest
    @CsvSource({"lstm,0.1,none", "gru,0,differences"})
    void goes_on_bit_for_bit_where_its_training_was_interrupted(String cell, double dropout, String transform)
            throws Exception {
        SeriesRecipe recipe = recipe(
                "train.steps=6",
                "train.checkpointEvery=3",
                "model.cell=" + cell,
                "model.dropout=" + dropout,
                "data.transform=" + transform,
                "data.validation=20");
        SeriesTable table = TABLE.first(200);
        train(folder.resolve("whole"), recipe, table, TrainListener.NONE);
        assertThatThrownBy(() -> train(folder.resolve("again"), recipe, table, new TrainListener() {
                    @Override
                    public void onStep(Step step) {
                        if (step.step() == 5) {
                            throw new IllegalStateException("the power failed");
                        }
                    }
                }))
                .hasMessage("the power failed");
        try (SeriesTraining resumed = SeriesTraining.resume(folder.resolve("again"), table, List.of(), warning -> {})) {
            resumed.run(TrainListener.NONE);
        }
        try (Stream<Path> files = Files.walk(folder.resolve("whole"))) {
            List<Path> all = files.filter(Files::isRegularFile)
                    .map(folder.resolve("whole")::relativize)
                    .filter(file -> !file.toString().startsWith("events"))
                    .toList();
            assertThat(all)
                    .hasSizeGreaterThan(5)
                    .allSatisfy(file -> assertThat(folder.resolve("again").resolve(file))
                            .hasSameBinaryContentAs(folder.resolve("whole").resolve(file)));
        }
        assertThatThrownBy(() -> SeriesTraining.resume(folder.resolve("again"), TABLE.first(201), List.of(), w -> {}))
                .isInstanceOf(CheckpointException.class);
    }

    @Test
    void is_saved_when_its_training_is_asked_to_stop() {
        try (SeriesTraining training = SeriesTraining.begin(recipe("train.steps=1000"), TABLE, folder, false)) {
            training.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 2) {
                        training.requestStop();
                    }
                }
            });
            assertThat(training.modelFolder().resolve("forecaster.json")).exists();
        }
    }

    @ParameterizedTest
    @CsvSource({"timegrad-exchange, 30", "timegrad, 14"})
    void is_made_of_exchange_rates_by_the_recipes_that_come_with_the_program(String name, int horizon) {
        SeriesTable rates = new SeriesCsv().read(Path.of("src/test/resources/series/exchange_rate.csv.gz"));
        SeriesRecipe published =
                SeriesRecipe.read(Path.of("../recipes", name + ".json"), List.of("train.steps=2", "train.batchSize=2"));
        train(folder, published, rates, TrainListener.NONE);
        try (Forecaster forecaster = Forecaster.load(folder.resolve("model"))) {
            assertThat(forecaster.horizon()).isEqualTo(horizon);
            assertThat(forecaster.forecast(rates, 1, 2, 0).times()).hasSize(1);
        }
    }

    @Test
    void can_be_stopped_within_a_row() {
        ForecastSettings settings = new ForecastSettings(2, 0, SampleSettings.ddpm(25), 0);
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> model.forecast(TABLE, 1, settings, (done, of) -> {
                    if (calls.incrementAndGet() == 3) {
                        throw new CancellationException();
                    }
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(calls).hasValue(3);

        Cancellation cancellation = new Cancellation();
        calls.set(0);
        try (Cancellation.Scope scope = cancellation.open()) {
            assertThatThrownBy(() -> model.forecast(TABLE, 1, settings, (done, of) -> {
                        if (calls.incrementAndGet() == 5) {
                            cancellation.cancel();
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
        }
        assertThat(calls).hasValue(5);
    }

    @Test
    void is_closed_after_the_forecasts_under_way() throws Exception {
        double[][][] expected = model.forecast(TABLE, 2, 3, 0).samples();
        Forecaster shared = Forecaster.load(trained.resolve("model"));
        Thread closing = new Thread(shared::close);
        ForecastSettings settings = new ForecastSettings(3, 0, shared.recipe().sample(), 0);
        Forecast forecast = shared.forecast(TABLE, 2, settings, (done, of) -> {
            if (closing.getState() == Thread.State.NEW) {
                closing.start();
                while (closing.getState() == Thread.State.RUNNABLE) {
                    Thread.onSpinWait();
                }
            }
        });
        closing.join();

        assertThat(forecast.samples()).isDeepEqualTo(expected);
        assertThatThrownBy(() -> shared.forecast(TABLE, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void forecasts_the_same_for_two_threads_at_once_as_for_one() {
        double[][][] first = draw(4, 1, 0, "ddpm", 25).samples();
        double[][][] second = draw(4, 2, 0, "ddim", 8).samples();

        CompletableFuture<Forecast> other = CompletableFuture.supplyAsync(() -> draw(4, 2, 0, "ddim", 8));
        assertThat(draw(4, 1, 0, "ddpm", 25).samples()).isDeepEqualTo(first);
        assertThat(other.join().samples()).isDeepEqualTo(second);
    }

    @Test
    void is_refused_after_closing() {
        Forecaster closed = Forecaster.load(trained.resolve("model"));
        closed.close();
        assertThatThrownBy(() -> closed.forecast(TABLE, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the network is closed; load or make it again to use it");
    }
}
