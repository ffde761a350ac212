package org.diffusion4j.image.guidance;

import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.TimeSampler;

/**
 * −log p(y | x_t) in nats, of x_t at random timesteps: the cross entropy of a classifier that is to steer a diffusion model (Dhariwal,
 * Nichol 2021, section 4).
 *
 * @param network borrowed; its output is the logits
 */
record NoisyClassifierLoss(Network network, DiscreteProcess process, ObjectiveSettings settings) implements Loss {

    @Override
    public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
        Tensor xt = NoiseLevel.at(process, times, x0).noised(x0, noise);
        Tensor timesteps = Tensors.of(
                        Arrays.stream(times).map(process::networkTime).toArray())
                .to(x0);
        Tensor labels = Objects.requireNonNull(condition.get(Condition.CLASSES)).to(ScalarType.Long);
        return network.forward(xt, timesteps, Condition.NONE)
                .log_softmax(1)
                .gather(1, labels.unsqueeze(1))
                .squeeze(1)
                .neg();
    }

    @Override
    public TimeSampler times() {
        return settings.timeSampler(process.table().steps());
    }

    @Override
    public double timeAt(double share) {
        return Loss.timestepAt(share, process.table().steps());
    }
}
