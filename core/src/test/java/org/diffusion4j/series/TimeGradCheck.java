package org.diffusion4j.series;

import static org.diffusion4j.nn.series.TimeGradDenoiserCheck.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.series.DilatedResidualConfig;
import org.diffusion4j.nn.series.RecurrentCell;
import org.diffusion4j.nn.series.TimeGradConfig;
import org.diffusion4j.nn.series.TimeGradNetwork;
import org.diffusion4j.nn.series.Unrolled;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;
import org.diffusion4j.train.ObjectiveSettings;

/** TimeGrad's training and prediction of pytorch-ts: scale, lags, what the recurrent layers read and give, loss, gradients, sample paths. */
public final class TimeGradCheck implements GoldenCheck {

    private static final String SCALER = "pts.modules.MeanScaler";
    private static final String INPUTS = "TimeGradTrainingNetwork.unroll_encoder";
    private static final String TRAINING = "pts.model.time_grad.time_grad_network.TimeGradTrainingNetwork";
    private static final String PREDICTION = "pts.model.time_grad.time_grad_network.TimeGradPredictionNetwork";

    @Override
    public boolean covers(GoldenCase golden) {
        return List.of(SCALER, INPUTS, TRAINING, PREDICTION).contains(golden.symbol());
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        switch (golden.symbol()) {
            case SCALER -> scaler(golden, out);
            case INPUTS -> inputs(golden, out);
            case TRAINING -> training(golden, out);
            default -> prediction(golden, out);
        }
    }

    /** Where a series of the batch has nothing, the reference takes the whole batch's scale. */
    private static double[][] scales(double[][][] data, double[][][] known) {
        double[][] all = Arrays.stream(data).flatMap(Arrays::stream).toArray(double[][]::new);
        double[][] allKnown = Arrays.stream(known).flatMap(Arrays::stream).toArray(double[][]::new);
        double[] fallback = MeanScale.of(all, allKnown, new double[all[0].length]);
        return IntStream.range(0, data.length)
                .mapToObj(b -> MeanScale.of(data[b], known[b], fallback))
                .toArray(double[][]::new);
    }

    private static void scaler(GoldenCase golden, Comparison out) {
        double[][][] data = cube(golden, "data");
        double[][] scales = scales(data, cube(golden, "observed"));
        golden.needsNo("config.minimum_scale", "config.keepdim", "config.time_first");
        out.expect("scale", flat(scales));
        out.expect(
                "scaled",
                IntStream.range(0, data.length)
                        .mapToObj(b -> b)
                        .flatMapToDouble(b -> Arrays.stream(data[b])
                                .flatMapToDouble(
                                        row -> IntStream.range(0, row.length).mapToDouble(d -> row[d] / scales[b][d])))
                        .toArray());
    }

    /** A batch of windows as the reference is given it. */
    private static final class Windows {

        private final WindowShape shape;
        private final int batch;
        private final int series;
        private final double[][][] rows;
        private final double[][] scales;
        private final double[][][] calendar;
        private final double[] lags;
        private final double[] lagged;

        Windows(GoldenCase golden, String target, String observed, boolean future) {
            JsonNode config = golden.config();
            List<Integer> lagList = new ArrayList<>();
            config.get("lags_seq").forEach(lag -> lagList.add(lag.asInt()));
            int horizon = config.get("prediction_length").asInt();
            shape = new WindowShape(config.get("context_length").asInt(), horizon, lagList);
            golden.needsNo("config.history_length");
            double[][][] past = cube(golden, "past_" + target);
            double[][][] known = cube(golden, "past_" + observed);
            double[] pad = golden.input("past_is_pad").values();
            batch = past.length;
            series = past[0][0].length;
            int length = past[0].length;
            for (int i = 0; i < batch * length; i++) {
                for (int d = 0; d < series; d++) {
                    known[i / length][i % length][d] = Math.min(known[i / length][i % length][d], 1 - pad[i]);
                }
            }
            boolean scaling = !config.has("scaling") || config.get("scaling").asBoolean();
            double[][] ones = new double[batch][series];
            Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
            scales = scaling ? scales(last(past, shape.context()), last(known, shape.context())) : ones;
            rows = future ? joined(past, cube(golden, "future_" + target)) : past;
            double[][][] days = last(cube(golden, "past_time_feat"), shape.context());
            calendar = golden.hasInput("future_time_feat") ? joined(days, cube(golden, "future_time_feat")) : days;
            int steps = shape.context() + (future ? horizon : 0);
            int width = series * shape.lags().size();
            lags = new double[batch * steps * width];
            lagged = new double[lags.length];
            double[] unit = ones[0];
            for (int i = 0; i < batch * steps; i++) {
                int row = length - shape.context() + i % steps;
                shape.lags(rows[i / steps], row, scales[i / steps], lags, i * width);
                shape.lags(rows[i / steps], row, unit, lagged, i * width);
            }
        }

        Condition condition(int steps, ScalarType dtype) {
            return Condition.of(
                            TimeGradNetwork.LAGS,
                            Tensors.of(lags, batch, steps, lags.length / batch / steps)
                                    .to(dtype))
                    .with(
                            TimeGradNetwork.CALENDAR,
                            Tensors.of(flat(calendar), batch, steps, calendar[0][0].length)
                                    .to(dtype));
        }
    }

    private static void inputs(GoldenCase golden, Comparison out) {
        boolean future = golden.hasInput("future_target");
        Windows windows = new Windows(golden, "target", "observed", future);
        int steps = windows.shape.context() + (future ? windows.shape.horizon() : 0);
        golden.needsNo(
                "config.embed_dim", "config.target_dim"); // 1 in the reference's network; the width of past_target
        out.expect("scale", flat(windows.scales));
        out.expect("lagged", windows.lagged);
        out.expect("lags_scaled", windows.lags);
        TimeGradConfig config = config(golden, 1, DilatedResidualConfig.published());
        try (TimeGradNetwork network = new TimeGradNetwork(
                windows.series,
                windows.shape.lags().size(),
                windows.calendar[0][0].length,
                config,
                0,
                ScalarType.Double)) {
            Map<String, Tensor> weights = new HashMap<>(
                    network.parameters().viewsOf(network.parameters().values()));
            weights.putAll(weights(golden)); // the case has those of the recurrent layers and the embedding
            network.parameters().load(weights, golden.toString());
            Condition condition = windows.condition(steps, ScalarType.Double);
            out.expect(
                    "rnn_inputs",
                    network.inputs(condition.get(TimeGradNetwork.LAGS), condition.get(TimeGradNetwork.CALENDAR)));
            out.expect(
                    "rnn_outputs",
                    network.read(condition, network.start(windows.batch)).outputs());
        }
    }

    private static TimeGradConfig config(GoldenCase golden, int context, DilatedResidualConfig denoiser) {
        JsonNode config = golden.config();
        return new TimeGradConfig(
                RecurrentCell.valueOf(config.get("cell_type").asText().toUpperCase(Locale.ROOT)),
                config.get("num_layers").asInt(),
                config.get("num_cells").asInt(),
                context,
                0,
                denoiser);
    }

    private static TimeGradNetwork network(GoldenCase golden, Windows windows) {
        JsonNode config = golden.config();
        DilatedResidualConfig denoiser = new DilatedResidualConfig(
                config.get("residual_layers").asInt(),
                config.get("residual_channels").asInt(),
                config.get("dilation_cycle_length").asInt(),
                64,
                16);
        TimeGradNetwork network = new TimeGradNetwork(
                config.get("target_dim").asInt(),
                windows.shape.lags().size(),
                windows.calendar[0][0].length,
                config(golden, config.get("conditioning_length").asInt(), denoiser),
                0,
                ScalarType.Float);
        // what the width of the weights says; the order of series; and no dropout
        golden.needsNo("config.input_size", "inputs.target_dimension_indicator", "config.dropout_rate");
        network.parameters().load(weights(golden), golden.toString());
        return network;
    }

    private static DiscreteProcess process(GoldenCase golden) {
        JsonNode config = golden.config();
        return new DiscreteProcess(new BetaSchedule(
                        BetaCurve.named(config.get("beta_schedule").asText()),
                        1e-4,
                        config.get("beta_end").asDouble(),
                        config.get("diff_steps").asInt())
                .table());
    }

    private static void training(GoldenCase golden, Comparison out) {
        Windows windows = new Windows(golden, "target_cdf", "observed_values", true);
        double[][][] future = cube(golden, "future_observed_values");
        try (TimeGradNetwork network = network(golden, windows)) {
            network.parameters().enableGradients();
            int steps = windows.shape.steps();
            Condition condition = windows.condition(steps, ScalarType.Float);
            Unrolled read = network.read(condition, network.start(windows.batch));
            out.expect("conditioning", network.contextOf(read.outputs()));
            out.expect("scale", flat(windows.scales));
            double[][][] target = last(windows.rows, steps);
            for (int b = 0; b < target.length; b++) {
                target[b] = divided(target[b], windows.scales[b]);
            }
            Tensor x0 = Tensors.of(flat(target), windows.batch, steps, windows.series)
                    .to(ScalarType.Float);
            Tensor known = Tensors.of(flat(future), windows.batch, windows.shape.horizon(), windows.series)
                    .to(ScalarType.Float);
            Tensor contextKnown = torch.ones(windows.batch, windows.shape.context(), windows.series);
            WindowLoss loss = new WindowLoss(
                    network, process(golden), Prediction.EPS, regression(golden), ObjectiveSettings.simple());
            Tensor noise = Comparison.tensor(golden.input("diffusion_noise"), ScalarType.Float)
                    .view(windows.batch, steps, windows.series);
            Tensor mean = loss.atEach(
                            x0,
                            condition.with(WindowLoss.KNOWN, torch.cat(new TensorVector(contextKnown, known), 1)),
                            golden.input("diffusion_t").values(),
                            noise)
                    .mean();
            mean.backward();
            out.expect("loss", mean.item_double());
            out.expect("likelihoods", mean.item_double());
            for (String name : List.of("proj_dist_args.proj.0.bias", "rnn.weight_hh_l0")) {
                out.expectGradient(
                        "grad_weight." + name,
                        network.parameters().get(name).value().grad(),
                        10);
            }
        }
    }

    private static Regression regression(GoldenCase golden) {
        return Regression.valueOf(golden.config().get("loss_type").asText().toUpperCase(Locale.ROOT));
    }

    private static void prediction(GoldenCase golden, Comparison out) {
        Windows windows = new Windows(golden, "target_cdf", "observed_values", false);
        golden.needsNo("config.loss_type"); // of training
        int paths = golden.config().get("num_parallel_samples").asInt();
        Tensor recorded = Comparison.tensor(golden.input("chain_noise"), ScalarType.Float);
        DiscreteProcess process = process(golden);
        List<double[]> drawn = new ArrayList<>();
        try (TimeGradNetwork network = network(golden, windows)) {
            PathSampler sampler = new PathSampler(
                    network,
                    process,
                    Prediction.EPS,
                    windows.shape,
                    new Ddpm(),
                    TimeGrid.full(process.table().steps()));
            for (int b = 0; b < windows.batch; b++) {
                int first = b * paths;
                double[][][] samples = sampler.draw(
                        windows.rows[b],
                        windows.scales[b],
                        windows.calendar[b],
                        windows.shape.horizon(),
                        paths,
                        row -> (NoiseStream) (address, like) -> recorded.select(0, row)
                                .select(0, address)
                                .narrow(0, first, paths)
                                .squeeze(1),
                        row -> SampleListener.NONE);
                drawn.add(flat(samples));
            }
        }
        out.expect("samples", drawn.stream().flatMapToDouble(Arrays::stream).toArray());
    }

    private static double[][] divided(double[][] rows, double[] scale) {
        return Arrays.stream(rows)
                .map(row -> IntStream.range(0, row.length)
                        .mapToDouble(d -> row[d] / scale[d])
                        .toArray())
                .toArray(double[][]::new);
    }

    private static double[][][] cube(GoldenCase golden, String name) {
        GoldenCase.Array array = golden.input(name);
        int rows = (int) array.shape()[1];
        int columns = (int) array.shape()[2];
        double[][][] cube = new double[(int) array.shape()[0]][rows][];
        for (int i = 0; i < cube.length * rows; i++) {
            cube[i / rows][i % rows] = Arrays.copyOfRange(array.values(), i * columns, (i + 1) * columns);
        }
        return cube;
    }

    private static double[][][] last(double[][][] cube, int rows) {
        return Arrays.stream(cube)
                .map(each -> Arrays.copyOfRange(each, each.length - rows, each.length))
                .toArray(double[][][]::new);
    }

    private static double[][][] joined(double[][][] first, double[][][] second) {
        return IntStream.range(0, first.length)
                .mapToObj(b -> java.util.stream.Stream.of(first[b], second[b])
                        .flatMap(Arrays::stream)
                        .toArray(double[][]::new))
                .toArray(double[][][]::new);
    }

    private static double[] flat(double[][][] cube) {
        return Arrays.stream(cube)
                .flatMap(Arrays::stream)
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    private static double[] flat(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    }
}
