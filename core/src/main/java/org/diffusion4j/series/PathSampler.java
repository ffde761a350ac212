package org.diffusion4j.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Carried;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.series.TimeGradNetwork;
import org.diffusion4j.nn.series.Unrolled;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Draws sample paths row by row: the recurrent layers read the context once, then each path's next vector is sampled given what they
 * remember, and read by them in turn. All paths of a call go through the networks together.
 *
 * <p>Rasul et al., ICML 2021, algorithm 2, with any sampler in the place of the ancestral one.
 *
 * @param network borrowed
 */
record PathSampler(
        TimeGradNetwork network,
        DiscreteProcess process,
        Prediction prediction,
        WindowShape shape,
        Sampler sampler,
        TimeGrid grid) {

    /**
     * Some paths, in the units of {@code history}.
     *
     * @param history the last {@link WindowShape#history} rows, {@code [rows][series]}, as the model sees them
     * @param scale of each series
     * @param calendar of the context's rows and of those of the forecast, {@code [context + horizon][features]}
     * @param horizon rows to forecast, which may be more than were trained
     * @param noise of row k of the forecast, a stream for each path
     * @param listener sees every step of every row
     * @return {@code [paths][horizon][series]}
     */
    double[][][] draw(
            double[][] history,
            double[] scale,
            double[][] calendar,
            int horizon,
            int paths,
            IntFunction<NoiseStream> noise,
            RowListener listener) {
        int series = scale.length;
        double[][][] rows = new double[paths][history.length + horizon][];
        for (double[][] path : rows) {
            System.arraycopy(history, 0, path, 0, history.length);
        }
        List<Carried> state = new ArrayList<>();
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope all = new PointerScope()) {
            Unrolled context = readContext(history, scale, calendar);
            context.state()
                    .forEach(tensor -> state.add(new Carried(
                            tensor.expand(tensor.size(0), paths, tensor.size(2)).contiguous())));
            for (int k = 0; k < horizon; k++) {
                try (PointerScope step = new PointerScope()) {
                    double[] next = next(
                            rows,
                            history.length + k,
                            scale,
                            calendar[shape.context() + k],
                            state,
                            noise.apply(k),
                            listener.at(k));
                    for (int p = 0; p < paths; p++) {
                        rows[p][history.length + k] = scaled(next, p * series, scale);
                    }
                }
            }
        } finally {
            state.forEach(Carried::close);
        }
        return Arrays.stream(rows)
                .map(path -> Arrays.copyOfRange(path, history.length, path.length))
                .toArray(double[][][]::new);
    }

    /** Sees the steps of the sampler, row by row of the forecast. */
    @FunctionalInterface
    interface RowListener {
        SampleListener at(int row);
    }

    private Unrolled readContext(double[][] history, double[] scale, double[][] calendar) {
        int width = scale.length * shape.lags().size();
        double[] lags = new double[shape.context() * width];
        for (int s = 0; s < shape.context(); s++) {
            shape.lags(history, history.length - shape.context() + s, scale, lags, s * width);
        }
        double[][] past = Arrays.copyOf(calendar, shape.context());
        return network.read(condition(lags, past, 1, shape.context()), network.start(1));
    }

    /** The scaled vectors of one row, path by path. */
    private double[] next(
            double[][][] rows,
            int row,
            double[] scale,
            double[] calendar,
            List<Carried> state,
            NoiseStream noise,
            SampleListener listener) {
        int paths = rows.length;
        int width = scale.length * shape.lags().size();
        double[] lags = new double[paths * width];
        double[][] days = new double[paths][];
        for (int p = 0; p < paths; p++) {
            shape.lags(rows[p], row, scale, lags, p * width);
            days[p] = calendar;
        }
        Unrolled read = network.read(
                condition(lags, days, paths, 1),
                state.stream().map(Carried::get).toList());
        for (int i = 0; i < state.size(); i++) {
            state.get(i).set(read.state().get(i));
        }
        Condition context = Condition.of(TimeGradNetwork.CONTEXT, network.contextOf(read.outputs()));
        NetworkDenoiser denoiser = new NetworkDenoiser(network, process, new OutputMeaning(prediction, null), context);
        Tensor like = torch.zeros(paths, scale.length);
        try (Tensor x0 = sampler.sample(denoiser, grid, noise.draw(NoiseStream.START, like), noise, listener)) {
            return Tensors.toArray(x0);
        }
    }

    private static Condition condition(double[] lags, double[][] calendar, int batch, int steps) {
        double[] days = Arrays.stream(calendar).flatMapToDouble(Arrays::stream).toArray();
        return Condition.of(
                        TimeGradNetwork.LAGS,
                        Tensors.of(lags, batch, steps, lags.length / batch / steps)
                                .to(ScalarType.Float))
                .with(
                        TimeGradNetwork.CALENDAR,
                        Tensors.of(days, batch, steps, days.length / batch / steps)
                                .to(ScalarType.Float));
    }

    private static double[] scaled(double[] values, int from, double[] scale) {
        double[] row = Arrays.copyOfRange(values, from, from + scale.length);
        for (int d = 0; d < row.length; d++) {
            row[d] *= scale[d];
        }
        return row;
    }
}
