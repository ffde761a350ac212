package org.diffusion4j.train.optimizer;

import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;

/**
 * Stochastic gradient Langevin dynamics: {@code weights ← weights − rate·g + √(2·rate·temperature)·z} with z ~ N(0, 1).
 *
 * <p>Welling, Teh, "Bayesian Learning via Stochastic Gradient Langevin Dynamics", ICML 2011, equation 4, with the rate for half of
 * its step size. It wanders about the distribution exp(−loss/temperature); the loss being a mean, temperature 1/n is the posterior of n
 * images. A survey credits IDDPM with it; the paper itself trains by Adam. The noise of a step follows from (seed, step). Not
 * thread-safe.
 */
final class Sgld implements Optimizer {

    private final double temperature;
    private final double weightDecay;
    private final Tensor values;
    private final Tensor gradients;
    private final long seed;

    Sgld(double temperature, double weightDecay, Tensor values, Tensor gradients, long seed) {
        this.temperature = temperature;
        this.weightDecay = weightDecay;
        this.values = values;
        this.gradients = gradients;
        this.seed = seed;
    }

    @Override
    public void step(long step, double learningRate) {
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            long number = (new SplittableRandom(seed ^ 0x5617D).nextLong() + step) & 0xFFFFFFFFL; // as in StepRandom
            var generator = new GeneratorOptional(torch.make_generator_cpu(number));
            Tensor noise = Tensors.emptyOnCpu(values, values.scalar_type().intern())
                    .normal_(0, 1, generator)
                    .to(values);
            values.mul_(new Scalar(1 - learningRate * weightDecay))
                    .add_(gradients, new Scalar(-learningRate))
                    .add_(noise, new Scalar(Math.sqrt(2 * learningRate * temperature)));
        }
    }

    @Override
    public Map<String, Tensor> buffers() {
        return Map.of();
    }

    @Override
    public void close() {
        // remembers nothing
    }
}
