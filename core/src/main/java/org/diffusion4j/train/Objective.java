package org.diffusion4j.train;

import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Network;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.process.VariationalBound;
import org.diffusion4j.sample.DiffusionModel;
import org.diffusion4j.sample.ReverseVariance;
import org.jspecify.annotations.Nullable;

/**
 * The loss of what the network says of a noised sample: the squared error of its prediction, a term of the variational bound, or both.
 *
 * <p>Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, equation 14, for the targets x0, v and the mean
 * likewise; Nichol, Dhariwal, "Improved Denoising Diffusion Probabilistic Models", ICML 2021, equation 16.
 */
record Objective(
        Network network,
        DiscreteProcess process,
        OutputMeaning meaning,
        ReverseVariance variance,
        ObjectiveSettings settings,
        boolean conditional,
        Precision precision) {

    Objective {
        double last = process.table().steps() - 1;
        meaning.prediction().requireDefined(process.alpha(last), process.sigma(last));
    }

    static Objective of(DiffusionModel model, Recipe recipe) {
        return new Objective(
                model.network(),
                model.process(),
                model.scheduler().meaning(),
                recipe.reverseVariance(),
                recipe.train().objective(),
                model.classes() > 0,
                recipe.train().arithmetic());
    }

    /** T: times are 0 … T − 1. */
    int timesteps() {
        return process.table().steps();
    }

    /**
     * The loss of each sample of a batch, differentiable where gradients are enabled, made in the caller's scope.
     *
     * @param x0 {@code [batch, …]}
     * @param labels int64 {@code [batch]}, or null where the network has no classes
     * @param times a time of the process for each sample
     * @param noise N(0, 1), shaped as x0
     * @return {@code [batch]}
     */
    Tensor losses(Tensor x0, @Nullable Tensor labels, double[] times, Tensor noise) {
        NoiseLevel level = NoiseLevel.at(process, times, x0);
        Tensor xt = level.noised(x0, noise);
        Tensor output =
                output(meaning.prediction().input(xt, level), labels, times).to(x0.scalar_type());
        double boundWeight = settings.loss().boundWeight(timesteps());
        if (!settings.loss().hasSimple()) {
            return bound(x0, xt, output, level).mul(new Scalar(boundWeight));
        }
        Tensor predicted = meaning.predicted(output, xt);
        Tensor errors = torch.mse_loss(
                        predicted, meaning.prediction().target(x0, noise, level), torch.Reduction.None.value)
                .flatten(1, -1)
                .mean(1)
                .mul(weights(times, x0));
        if (boundWeight == 0) {
            return errors;
        }
        Tensor spread = output.narrow(1, x0.size(1), x0.size(1));
        Tensor frozen =
                torch.cat(new TensorVector(predicted.detach(), spread), 1); // only the variance learns from L_vlb
        return errors.add(bound(x0, xt, frozen, level), new Scalar(boundWeight));
    }

    private Tensor output(Tensor input, @Nullable Tensor labels, double[] times) {
        Tensor timesteps = Tensors.of(
                        Arrays.stream(times).map(process::networkTime).toArray())
                .to(input);
        try (Precision.Scope scope = precision.open()) {
            return network.forward(input, timesteps, labels);
        }
    }

    /** An estimate of L_vlb for each sample: one of its T terms, times T. */
    private Tensor bound(Tensor x0, Tensor xt, Tensor output, NoiseLevel level) {
        Denoised says = meaning.interpret(output, xt, level);
        ReverseStep step = Objects.requireNonNull(level.step()); // whole timesteps are in the chain
        return VariationalBound.term(x0, xt, says.x0(), variance.log(says, step), step)
                .mul(new Scalar((double) timesteps()));
    }

    private Tensor weights(double[] times, Tensor like) {
        return Tensors.of(Arrays.stream(times)
                        .map(t -> settings.weight(meaning.prediction(), process, t))
                        .toArray())
                .to(like);
    }
}
