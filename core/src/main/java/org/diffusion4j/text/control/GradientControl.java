package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;

/**
 * Diffusion-LM's control by gradients: after a step of the sampler, three steps of Adagrad towards what is wanted and back to what the sampler
 * had in mind.
 *
 * <p>Li et al., NeurIPS 2022, section 5.1 and its code's {@code langevin_fn_tree}. Each of the three steps has an Adagrad of its own, so that
 * every number moves by the step size in the direction of its gradient, whose length does not matter.
 *
 * @param fluency how much the sampler's mean counts beside what is wanted, at least 0
 * @param stepSize how far each number moves, above 0
 * @param below the timestep below which nothing is steered
 */
record GradientControl(double fluency, double stepSize, double below) {

    private static final int STEPS = 3;
    private static final double EPS = 1e-10; // of Adagrad

    GradientControl {
        require(fluency >= 0, "the fluency of a control must be at least 0, was %s", fluency);
        require(stepSize > 0, "the step size of a control must be above 0, was %s", stepSize);
    }

    /**
     * Steers.
     *
     * @param x {@code [batch, length, embedding]}, where the sampler arrived
     * @param mean of the distribution that x was drawn from
     * @param sigma its standard deviation; 0 counts as 1
     * @param timestep from which the step came
     * @param loss of what is wanted, a sum over the batch, so that no text depends on others
     * @return shaped as x, made in the caller's scope
     */
    Tensor steer(Tensor x, Tensor mean, double sigma, double timestep, UnaryOperator<Tensor> loss) {
        Tensor steered = x;
        for (int k = 0; k < STEPS && timestep >= below; k++) {
            Tensor from = steered;
            steered = Scoped.result(() -> step(from, mean, sigma == 0 ? 1 : sigma, loss));
        }
        return steered;
    }

    private Tensor step(Tensor x, Tensor mean, double sigma, UnaryOperator<Tensor> loss) {
        Tensor gradient;
        try (AutoGradMode grad = new AutoGradMode(true)) {
            Tensor leaf = x.detach().requires_grad_(true);
            Tensor distance = mean.detach().sub(leaf).square().sum().mul(new Scalar(fluency / sigma));
            Tensor sum = loss.apply(leaf).add(distance);
            gradient = new Tensor(
                    torch.grad(new TensorVector(sum), new TensorVector(leaf)).get(0)); // that one dies with the vector
        }
        return x.detach().sub(gradient.div(gradient.abs().add(new Scalar(EPS))), new Scalar(stepSize));
    }
}
