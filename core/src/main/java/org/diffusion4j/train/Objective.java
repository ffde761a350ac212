package org.diffusion4j.train;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Network;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.DiffusionModel;
import org.jspecify.annotations.Nullable;

/**
 * L_simple: the mean squared error of what the network says of a noised sample, over all elements.
 *
 * <p>Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, equation 14; for the targets x0 and v likewise.
 */
record Objective(
        Network network, DiscreteProcess process, Prediction prediction, boolean conditional, Precision precision) {

    static Objective of(DiffusionModel model, Precision precision) {
        return new Objective(
                model.network(),
                model.process(),
                model.scheduler().meaning().prediction(),
                model.classes() > 0,
                precision);
    }

    /** T: times are 0 … T − 1. */
    int timesteps() {
        return process.table().steps();
    }

    /**
     * The loss of a batch, differentiable where gradients are enabled, made in the caller's scope.
     *
     * @param x0 {@code [batch, …]}
     * @param labels int64 {@code [batch]}, or null where the network has no classes
     * @param times a time of the process for each sample
     * @param noise N(0, 1), shaped as x0
     * @return {@code []}
     */
    Tensor loss(Tensor x0, @Nullable Tensor labels, double[] times, Tensor noise) {
        NoiseLevel level = NoiseLevel.at(process, times, x0);
        Tensor xt = level.noised(x0, noise);
        Tensor timesteps = Tensors.of(
                        Arrays.stream(times).map(process::networkTime).toArray())
                .to(x0);
        Tensor output;
        try (Precision.Scope scope = precision.open()) {
            output = network.forward(xt, timesteps, labels);
        }
        return torch.mse_loss(output.to(x0.scalar_type()), prediction.target(x0, noise, level));
    }
}
