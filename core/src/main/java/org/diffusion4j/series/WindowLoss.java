package org.diffusion4j.series;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.TimeSampler;

/**
 * TimeGrad's loss: in each row of a window the network says what noise was added to that row's vector.
 *
 * <p>Rasul et al., ICML 2021, algorithm 1. A window has one time t from the trainer; its row s has {@code (t + s·T/rows) mod T}, so that
 * each row's time is uniform and the rows of a window are spread over all times. Values that are not known count nowhere.
 *
 * @param network borrowed
 */
record WindowLoss(
        Network network,
        DiscreteProcess process,
        Prediction prediction,
        Regression regression,
        ObjectiveSettings settings)
        implements Loss {

    WindowLoss {
        double last = process.table().steps() - 1;
        prediction.requireDefined(process.alpha(last), process.sigma(last));
    }

    /** Condition, besides those of the network: 1 where a value is known, else 0; shaped as x0. Without it all are. */
    static final String KNOWN = "known";

    @Override
    public TimeSampler times() {
        return settings.timeSampler(timesteps());
    }

    @Override
    public double timeAt(double share) {
        return Loss.timestepAt(share, timesteps());
    }

    private int timesteps() {
        return process.table().steps();
    }

    @Override
    public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
        int rows = Math.toIntExact(x0.size(1));
        double[] each = new double[times.length * rows];
        for (int i = 0; i < each.length; i++) {
            each[i] = (times[i / rows] + Math.floor(i % rows * (timesteps() / (double) rows))) % timesteps();
        }
        return atEach(x0, condition, each, noise);
    }

    /**
     * The loss of each window.
     *
     * @param x0 {@code [windows, rows, series]}
     * @param times of each row of each window
     * @param noise shaped as x0
     * @return {@code [windows]}
     */
    Tensor atEach(Tensor x0, Condition condition, double[] times, Tensor noise) {
        long[] shape = x0.sizes().vec().get();
        Tensor clean = x0.flatten(0, 1);
        Tensor eps = noise.flatten(0, 1);
        NoiseLevel level = NoiseLevel.at(process, times, clean);
        Tensor xt = level.noised(clean, eps);
        Tensor timesteps = Tensors.of(
                        Arrays.stream(times).map(process::networkTime).toArray())
                .to(x0);
        Tensor output = network.forward(prediction.input(xt, level).view(shape), timesteps, ofNetwork(condition));
        Tensor weights = settings.weights(prediction, process, times, x0).unsqueeze(1);
        Tensor errors = regression
                .of(output.flatten(0, 1), prediction.target(clean, eps, level))
                .mul(weights)
                .view(shape)
                .flatten(1, -1);
        Tensor known = condition.get(KNOWN);
        if (known == null) {
            return errors.mean(1);
        }
        Tensor counts = known.flatten(1, -1);
        return errors.mul(counts).sum(1).div(counts.sum(1).clamp(new ScalarOptional(new Scalar(1.0))));
    }

    private static Condition ofNetwork(Condition condition) {
        Condition kept = Condition.NONE;
        for (String name : condition.names()) {
            Tensor tensor = condition.get(name);
            kept = name.equals(KNOWN) || tensor == null ? kept : kept.with(name, tensor);
        }
        return kept;
    }
}
