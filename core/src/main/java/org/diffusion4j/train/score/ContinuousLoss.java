package org.diffusion4j.train.score;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.continuous.GeometricLevels;
import org.diffusion4j.process.continuous.ProcessSettings;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.LossTerms;
import org.diffusion4j.train.TimeSampler;

/**
 * The weighted squared error of a prediction of a noised sample in any process, the mean over its numbers: denoising score matching.
 *
 * <p>With {@link LevelTimes} and {@link ErrorWeight#EPS} that of NCSN, with {@link UniformTimes} that of Song et al. (2021), with {@link
 * LogNormalTimes}, {@link org.diffusion4j.process.Preconditioned} and {@link ErrorWeight#OWN} that of EDM, with the flow's prediction and
 * {@code OWN} flow matching. The authors' sums over numbers are means here; NCSN's code has half of the sum.
 *
 * @param network borrowed; x0 and all else are moved to its device
 * @param sampler how times are drawn
 */
public record ContinuousLoss(
        Network network, DiffusionProcess process, Prediction prediction, ContinuousTimes sampler, ErrorWeight weight)
        implements Loss {

    public ContinuousLoss {
        weight.of(prediction, process, sampler.timeAt(0.5)); // refuses what it would in training
    }

    /**
     * The loss of a recipe. {@code simple} is that with which such a process is published: the squared error of what the network predicts,
     * at uniform times, levels of NCSN or log-normal noise of EDM. {@code vlb} weighs it by the likelihood, at times that are drawn by
     * importance.
     *
     * @param network borrowed
     * @throws IllegalArgumentException as {@link #requireLoss}
     */
    public static ContinuousLoss of(Network network, ProcessSettings settings, LossTerms loss) {
        requireLoss(settings, loss);
        ContinuousProcess process = settings.process();
        if (loss == LossTerms.VLB) {
            return new ContinuousLoss(
                    network, process, settings.prediction(), new LogNoiseTimes(process), ErrorWeight.LIKELIHOOD);
        }
        ContinuousTimes times = switch (settings.kind()) {
            case VE, VP, SUB_VP, FLOW -> new UniformTimes(process);
            case NCSN ->
                new LevelTimes(new GeometricLevels(settings.sigmaMin(), settings.sigmaMax(), settings.levels()));
            case EDM -> new LogNormalTimes(process);
        };
        return new ContinuousLoss(network, process, settings.prediction(), times, ErrorWeight.OWN);
    }

    /**
     * Refuses a loss that a process does not have.
     *
     * @throws IllegalArgumentException if it is neither {@code simple} nor {@code vlb}, or {@code vlb} of a flow
     */
    public static void requireLoss(ProcessSettings settings, LossTerms loss) {
        require(
                loss == LossTerms.SIMPLE || loss == LossTerms.VLB,
                "the loss '%s' is for a chain of timesteps, and process %s has simple, its own, or vlb, weighted by the likelihood",
                loss,
                settings.kind());
        require(
                loss == LossTerms.SIMPLE || settings.kind() != ProcessSettings.Kind.FLOW,
                "process flow has no loss weighted by the likelihood: its last time is without signal; take simple, or process vp");
    }

    @Override
    public TimeSampler times() {
        return sampler;
    }

    @Override
    public double timeAt(double share) {
        return sampler.timeAt(share);
    }

    @Override
    public Tensor of(Tensor x0, Condition condition, double[] at, Tensor noise) {
        Device device = network.parameters().compute().device();
        return placed(device.place(x0), condition.each(device::place), at, device.place(noise));
    }

    private Tensor placed(Tensor x0, Condition condition, double[] at, Tensor noise) {
        NoiseLevel level = NoiseLevel.at(process, at, x0);
        Tensor xt = level.noised(x0, noise);
        Tensor input = prediction.input(xt, level);
        Tensor timesteps = column(Arrays.stream(at).map(process::networkTime).toArray(), input);
        Tensor output = network.forward(input, timesteps, condition).to(x0.scalar_type());
        Tensor target = prediction.target(x0, noise, level);
        Tensor errors = torch.flatten(torch.mse_loss(output, target, torch.Reduction.None.value), 1, -1)
                .mean(1);
        return errors.mul(column(
                Arrays.stream(at).map(t -> weight.of(prediction, process, t)).toArray(), x0));
    }

    private static Tensor column(double[] values, Tensor like) {
        return Tensors.of(values).to(like);
    }
}
