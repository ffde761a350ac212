package org.diffusion4j.nn.series;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;

/**
 * TimeGrad: recurrent layers read the past of several series, and what they remember is the condition of a small diffusion model of the
 * next vector.
 *
 * <p>Rasul et al., "Autoregressive Denoising Diffusion Models for Multivariate Probabilistic Time Series Forecasting", ICML 2021; names and
 * order of inputs as in pytorch-ts: {@code rnn}, {@code proj_dist_args.proj.0}, {@code embed} and {@code denoise_fn}.
 *
 * <p>{@link #forward} takes either whole windows, with what the recurrent layers read as the condition ({@link #LAGS}, {@link #CALENDAR}),
 * as in training; or vectors with a {@link #CONTEXT} that was computed before, as in sampling.
 *
 * <p>Threads: as every network.
 */
public final class TimeGradNetwork implements Network {

    /** Condition: the scaled values some rows back, {@code [windows, steps, series·lags]}, a series' lags beside each other. */
    public static final String LAGS = "lags";

    /** Condition: what the calendar says of each row, {@code [windows, steps, features]}. */
    public static final String CALENDAR = "calendar";

    /** Condition: what the recurrent layers remember, {@code [batch, 1, context]}. */
    public static final String CONTEXT = "context";

    private final Parameters parameters = new Parameters();
    private final int series;
    private final Recurrent recurrent;
    private final Linear projection;
    private final Parameter embedding;
    private final DilatedResidual denoiser;
    private final Dropout dropout;
    private final Dropout.Layer dropped;

    /**
     * A new network.
     *
     * @param series how many there are
     * @param lags how many values of the past each series gives
     * @param calendar how many numbers the calendar gives
     * @param dtype float32 in use, float64 in tests
     */
    public TimeGradNetwork(int series, int lags, int calendar, TimeGradConfig config, long seed, ScalarType dtype) {
        require(series >= 1 && lags >= 1, "TimeGrad needs at least one series and one lag, were %s, %s", series, lags);
        require(
                series >= config.denoiser().fewestSeries(),
                "denoiser.dilationCycle %s needs at least %s series, there are %s; lower it",
                config.denoiser().dilationCycle(),
                config.denoiser().fewestSeries(),
                series);
        this.series = series;
        Parameters.Path root = parameters.root();
        recurrent = new Recurrent(
                root.to("rnn"), config.cell(), series * (lags + 1) + calendar, config.cells(), config.layers());
        denoiser = new DilatedResidual(root.to("denoise_fn"), series, config.context(), config.denoiser());
        projection = new Linear(root.to("proj_dist_args").to("proj").to("0"), config.cells(), config.context());
        embedding = root.to("embed").add("weight", new Initialiser.Normal(1), series, 1);
        dropout = new Dropout(config.dropout());
        dropped = dropout.layer();
        parameters.allocate(seed, dtype);
    }

    /**
     * The denoiser's output.
     *
     * @param x windows {@code [windows, steps, series]}, or vectors {@code [batch, series]}
     * @param timesteps {@code [windows·steps]}, one for each row of each window, or {@code [batch]}
     * @return shaped as x
     */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        condition.only(LAGS, CALENDAR, CONTEXT);
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> {
                Tensor given = condition.get(CONTEXT);
                Tensor context = given != null
                        ? given
                        : contextOf(read(condition, start(x)).outputs())
                                .flatten(0, 1)
                                .unsqueeze(1);
                Tensor vectors = x.reshape(-1, 1, series);
                return denoiser.of(vectors, timesteps, context)
                        .reshape(x.sizes().vec().get());
            });
        }
    }

    private List<Tensor> start(Tensor windows) {
        return recurrent.start(windows, windows.size(0));
    }

    /** What the recurrent layers remember before they have read anything, for so many windows; made in the caller's scope. */
    public List<Tensor> start(long windows) {
        return recurrent.start(embedding.value(), windows);
    }

    /**
     * Reads rows.
     *
     * @param condition {@link #LAGS} and {@link #CALENDAR}
     * @param state what is remembered of the rows before
     * @return made in the caller's scope
     * @throws IllegalArgumentException if the condition lacks one of them
     */
    public Unrolled read(Condition condition, List<Tensor> state) {
        try (CloseGuard.Use use = parameters.use()) {
            Tensor lags = needed(condition, LAGS);
            Tensor calendar = needed(condition, CALENDAR);
            Unrolled read = recurrent.along(inputs(lags, calendar), state);
            return new Unrolled(dropped.apply(read.outputs()), read.state());
        }
    }

    /** What the recurrent layers read: lags, the embedding of each series, calendar; {@code [windows, steps, width]}, made in the caller's scope. */
    public Tensor inputs(Tensor lags, Tensor calendar) {
        Tensor embedded = embedding.value().view(1, 1, series).expand(lags.size(0), lags.size(1), series);
        return torch.cat(new TensorVector(lags, embedded, calendar), 2);
    }

    /** The condition of the denoiser, {@code [windows, steps, context]}, of outputs of {@link #read}. */
    public Tensor contextOf(Tensor outputs) {
        return projection.apply(outputs);
    }

    private static Tensor needed(Condition condition, String name) {
        Tensor tensor = condition.get(name);
        require(tensor != null, "the network needs the condition '%s'", name);
        return Objects.requireNonNull(tensor);
    }

    @Override
    public void train(long seed) {
        dropout.seed(seed);
    }

    @Override
    public void eval() {
        dropout.seed(null);
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }
}
