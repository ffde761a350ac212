package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.series.Frequency;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.nn.series.TimeGradNetwork;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;

/**
 * A trained TimeGrad: forecasts several series at once by sample paths. Closing it frees the weights.
 *
 * <p>Threads: may be shared, and closed by any: the close waits for forecasts under way.
 */
public final class Forecaster implements ForecastMethod, AutoCloseable {

    private static final int MOST_AT_ONCE = 1000;

    private final TimeGradNetwork network;
    private final ForecasterCard card;
    private final DiscreteProcess process;
    private final WindowShape shape;

    Forecaster(TimeGradNetwork network, ForecasterCard card) {
        this.network = network;
        this.card = card;
        this.process = new DiscreteProcess(card.recipe().schedule().table());
        this.shape = card.recipe().data().shape(card.frequency());
    }

    /** An untrained one, by a recipe and the first rows of a table. */
    static Forecaster untrained(SeriesRecipe recipe, SeriesTable table, int rows) {
        ForecasterCard card = ForecasterCard.of(recipe, table, rows);
        return new Forecaster(networkOf(card), card);
    }

    static TimeGradNetwork networkOf(ForecasterCard card) {
        SeriesRecipe recipe = card.recipe();
        return new TimeGradNetwork(
                card.names().size(),
                recipe.data().shape(card.frequency()).lags().size(),
                card.calendar().width(),
                recipe.model(),
                recipe.train().seed(),
                ScalarType.Float);
    }

    /**
     * Reads a model folder.
     *
     * @return owned by the caller
     * @throws org.diffusion4j.engine.FormatException if it is not the folder of a forecaster, or a file of it is not what it should be
     * @throws org.diffusion4j.engine.WeightsException if weights and configuration do not fit
     */
    public static Forecaster load(Path folder) {
        return ForecasterFiles.read(folder);
    }

    /** Writes the model folder with an average of the weights, whole or not at all; one that exists is replaced. */
    void saveAverage(Path folder, Tensor average) {
        ForecasterFiles.write(this, folder, average);
    }

    TimeGradNetwork network() {
        return network;
    }

    DiscreteProcess process() {
        return process;
    }

    ForecasterCard card() {
        return card;
    }

    /** Whether a folder is that of a forecaster. */
    public static boolean isOne(Path folder) {
        return ForecasterFiles.isOne(folder);
    }

    /** How many numbers it has learned. */
    public long parameterCount() {
        return network.parameters().count();
    }

    /** How far apart the rows of its series are. */
    public Frequency frequency() {
        return card.frequency();
    }

    /** How many rows back it sees values: those of its recipe, or where that has none, of the frequency. */
    public List<Integer> lags() {
        return shape.lags();
    }

    /** The names of the series that it knows. */
    public List<String> names() {
        return card.names();
    }

    /** How it was trained. */
    public SeriesRecipe recipe() {
        return card.recipe();
    }

    /** How many rows it was trained to forecast; more may be asked for. */
    public int horizon() {
        return shape.horizon();
    }

    /** How many rows of history it needs at least. */
    public int rowsNeeded() {
        return shape.history() + (card.recipe().data().transform().needsRowBefore() ? 1 : 0);
    }

    /**
     * Forecasts by 100 paths of seed 0.
     *
     * @throws IllegalArgumentException as {@link #forecast(SeriesTable, int, ForecastSettings, ForecastListener)}
     */
    public Forecast forecast(SeriesTable history, int horizon) {
        return forecast(history, horizon, 100, 0);
    }

    @Override
    public Forecast forecast(SeriesTable history, int horizon, int paths, long seed) {
        return forecast(
                history,
                horizon,
                new ForecastSettings(paths, seed, card.recipe().sample(), 0),
                (done, of) -> {});
    }

    /**
     * Forecasts the rows after a table's last. A path depends on its number, the seed and the settings of the sampler alone, up to
     * the last bits of float32 sums.
     *
     * @param horizon how many rows, from 1
     * @param listener sees how far it is, and may stop it by throwing
     * @throws IllegalArgumentException if the table has other series or another frequency than the model, or too few rows; or the
     *     settings do not fit the model
     * @throws java.util.concurrent.CancellationException if it is {@linkplain org.diffusion4j.engine.Cancellation cancelled}
     */
    public Forecast forecast(SeriesTable history, int horizon, ForecastSettings settings, ForecastListener listener) {
        require(horizon >= 1, "the horizon must be at least 1, was %s", horizon);
        card.requireFits(history);
        require(
                history.rows() >= rowsNeeded(),
                "the history has %s rows, the model needs %s: a context of %s and its longest lag, %s%s",
                history.rows(),
                rowsNeeded(),
                shape.context(),
                shape.history() - shape.context(),
                rowsNeeded() > shape.history() ? ", and one for the first difference" : "");
        PathSampler sampler = sampler(settings.sample());
        ModelSeries series = ModelSeries.of(history, card.recipe().data().transform());
        int rows = history.rows();
        double[][] past = Arrays.copyOfRange(series.values(), rows - shape.history(), rows);
        double[] scale = card.scale().of(series, rows - shape.context(), rows);
        double[][] calendar = history.times(rows - shape.context(), rows + horizon).stream()
                .map(card.calendar()::of)
                .toArray(double[][]::new);
        int atOnce = sampler.sampler().dependsOnBatch() ? 1 : settings.atOnce() == 0 ? MOST_AT_ONCE : settings.atOnce();
        List<double[][]> paths = new ArrayList<>();
        try (CloseGuard.Use use = network.parameters().use()) {
            for (int first = 0; first < settings.paths(); first += atOnce) {
                int from = first;
                int count = Math.min(atOnce, settings.paths() - from);
                double[][][] drawn = sampler.draw(
                        past,
                        scale,
                        calendar,
                        horizon,
                        count,
                        row -> new SeededNoise(streams(settings.seed(), from, count, row)),
                        row -> listener(listener, from, row, horizon, settings.paths(), count));
                paths.addAll(Arrays.asList(drawn));
            }
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.ofBatch(e, atOnce);
        }
        paths.forEach(path -> card.recipe().data().transform().undo(series.last(), path));
        return new Forecast(card.names(), history.times(rows, rows + horizon), paths.toArray(double[][][]::new));
    }

    private static SampleListener listener(
            ForecastListener listener, int from, int row, int horizon, int paths, int count) {
        return step -> listener.at((long) from * horizon + (long) row * count, (long) paths * horizon);
    }

    /** The stream of each path at a row: that of (seed, path, row). */
    private static List<SeededNoise.Stream> streams(long seed, int from, int count, int row) {
        return IntStream.range(from, from + count)
                .mapToObj(path -> new SeededNoise.Stream(seed, (long) row << Integer.SIZE | path))
                .toList();
    }

    /** What settings mean for this model; refuses what does not fit. */
    PathSampler sampler(SampleSettings settings) {
        require(
                !settings.asPublished(),
                "'%s' is a scheduler class of diffusers' folders; choose a sampler that 'samplers' lists",
                settings.sampler());
        require(settings.guidance() == 1, "forecasts are not guided; guidance must be 1, was %s", settings.guidance());
        settings.requireAsked();
        Sampler sampler = settings.make();
        return new PathSampler(network, process, card.recipe().prediction(), shape, sampler, settings.grid(process));
    }

    @Override
    public void close() {
        network.close();
    }
}
