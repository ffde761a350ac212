package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.process.VariationalBound;

/**
 * The loss of what the network says of a noised sample: the squared error of its prediction, a term of the variational bound, or both.
 *
 * <p>Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, equation 14, for the targets x0, v and the mean
 * likewise; Nichol, Dhariwal, "Improved Denoising Diffusion Probabilistic Models", ICML 2021, equation 16.
 *
 * @param network borrowed; x0 and all else are moved to its device
 * @param process a chain of timesteps
 * @param variance of a reverse step, as the bound sees it
 */
public record DenoisingLoss(
        Network network,
        DiscreteProcess process,
        OutputMeaning meaning,
        ReverseVariance variance,
        ObjectiveSettings settings)
        implements Loss {

    public DenoisingLoss {
        double last = process.table().steps() - 1;
        meaning.prediction().requireDefined(process.alpha(last), process.sigma(last));
        require(
                meaning.variance() != null || !settings.loss().needsLearnedVariance(),
                "the loss '%s' is for a learned variance, which the model lacks",
                settings.loss());
    }

    @Override
    public TimeSampler times() {
        return settings.timeSampler(timesteps());
    }

    @Override
    public double timeAt(double share) {
        return Loss.timestepAt(share, timesteps());
    }

    /** T: times are 0 … T − 1. */
    private int timesteps() {
        return process.table().steps();
    }

    @Override
    public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
        Device device = network.parameters().compute().device();
        return placed(device.place(x0), condition.each(device::place), times, device.place(noise));
    }

    private Tensor placed(Tensor x0, Condition condition, double[] times, Tensor noise) {
        NoiseLevel level = NoiseLevel.at(process, times, x0);
        Tensor xt = level.noised(x0, noise);
        Tensor output =
                output(meaning.prediction().input(xt, level), condition, times).to(x0.scalar_type());
        double boundWeight = settings.loss().boundWeight(timesteps());
        if (!settings.loss().hasSimple()) {
            return bound(x0, xt, output, level).mul(new Scalar(boundWeight));
        }
        Tensor predicted = meaning.predicted(output, xt);
        Tensor errors = torch.mse_loss(
                        predicted, meaning.prediction().target(x0, noise, level), torch.Reduction.None.value)
                .flatten(1, -1)
                .mean(1)
                .mul(settings.weights(meaning.prediction(), process, times, x0));
        if (boundWeight == 0) {
            return errors;
        }
        Tensor spread = output.narrow(1, x0.size(1), x0.size(1));
        Tensor frozen =
                torch.cat(new TensorVector(predicted.detach(), spread), 1); // only the variance learns from L_vlb
        return errors.add(bound(x0, xt, frozen, level), new Scalar(boundWeight));
    }

    private Tensor output(Tensor input, Condition condition, double[] times) {
        Tensor timesteps = Tensors.of(
                        Arrays.stream(times).map(process::networkTime).toArray())
                .to(input);
        return network.forward(input, timesteps, condition);
    }

    /** An estimate of L_vlb for each sample: one of its T terms, times T. */
    private Tensor bound(Tensor x0, Tensor xt, Tensor output, NoiseLevel level) {
        Denoised says = meaning.interpret(output, xt, level);
        ReverseStep step = Objects.requireNonNull(level.step()); // whole timesteps are in the chain
        return VariationalBound.term(x0, xt, says.x0(), variance.log(says, step), step)
                .mul(new Scalar((double) timesteps()));
    }
}
