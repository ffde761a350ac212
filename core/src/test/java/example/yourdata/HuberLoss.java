package example.yourdata;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.TimeSampler;
import org.diffusion4j.train.TimeSampling;

/** Huber's loss of the predicted noise, which outliers pull less than they pull the squared error. */
record HuberLoss(Network network, DiscreteProcess process, double delta) implements Loss {

    @Override
    public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
        Tensor xt = NoiseLevel.at(process, times, x0).noised(x0, noise);
        Tensor timesteps = Tensors.of(
                        Arrays.stream(times).map(process::networkTime).toArray())
                .to(x0);
        Tensor eps = network.forward(xt, timesteps, condition);
        return torch.huber_loss(eps, noise, torch.Reduction.None.value, delta).mean(1);
    }

    @Override
    public TimeSampler times() {
        return TimeSampling.UNIFORM.of(process.table().steps());
    }

    @Override
    public double timeAt(double share) {
        return Math.floor(share * process.table().steps());
    }
}
