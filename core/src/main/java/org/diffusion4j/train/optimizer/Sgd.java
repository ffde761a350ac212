package org.diffusion4j.train.optimizer;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Stochastic gradient descent with momentum, as in PyTorch: {@code m ← momentum·m + g}, {@code weights ← weights − rate·m}. Not
 * thread-safe.
 */
final class Sgd implements Optimizer {

    private final double momentum;
    private final double weightDecay;
    private final Tensor values;
    private final Tensor gradients;
    private final Tensor direction;

    Sgd(double momentum, double weightDecay, Tensor values, Tensor gradients) {
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        this.values = values;
        this.gradients = gradients;
        try (PointerScope scope = new PointerScope()) {
            direction = torch.zeros_like(values);
            direction.retainReference();
        }
    }

    @Override
    public void step(long step, double learningRate) {
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            direction.mul_(new Scalar(momentum)).add_(gradients).add_(values, new Scalar(weightDecay));
            values.add_(direction, new Scalar(-learningRate));
        }
    }

    @Override
    public Map<String, Tensor> buffers() {
        return Map.of("momentum", direction);
    }

    @Override
    public void close() {
        direction.close();
    }
}
