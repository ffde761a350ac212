package example.yourdata;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.train.optimizer.Optimizer;

/** An optimizer: Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023, algorithm 2, without weight decay. */
final class Lion implements Optimizer {

    private final Tensor values;
    private final Tensor gradients;
    private final Tensor momentum;

    Lion(Tensor values, Tensor gradients) {
        this.values = values;
        this.gradients = gradients;
        try (PointerScope scope = new PointerScope()) {
            momentum = torch.zeros_like(values);
            momentum.retainReference(); // else it would die with the scope
        }
    }

    @Override
    public void step(long step, double learningRate) {
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor direction = momentum.lerp(gradients, new Scalar(0.1)).sign();
            values.add_(direction, new Scalar(-learningRate));
            momentum.lerp_(gradients, new Scalar(0.01));
        }
    }

    @Override
    public Map<String, Tensor> buffers() {
        return Map.of("momentum", momentum); // a checkpoint has it, so that a resumed training goes on with it
    }

    @Override
    public void close() {
        momentum.close();
    }
}
