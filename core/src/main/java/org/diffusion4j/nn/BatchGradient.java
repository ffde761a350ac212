package org.diffusion4j.nn;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Streams;
import org.diffusion4j.engine.Tensors;

/**
 * The gradient of a batch's loss: of the whole batch at once, on all of libtorch's threads, or of parts of it side by side, each on one
 * thread. Parts are faster where a network is wide, and their gradients are added in their order, so that the sum is the same each time;
 * it differs from that of the whole batch, and of another number of parts, in its last bits.
 *
 * @param parameters whose gradient it is; borrowed
 * @param parts how many, at least 1
 */
public record BatchGradient(Parameters parameters, int parts) {

    /** The losses of some samples of the batch. */
    @FunctionalInterface
    public interface PartLoss {

        /**
         * The loss of each sample, differentiable, made in the caller's scope. Parts are asked for by several threads at once.
         *
         * @param first the first of them
         * @param count how many
         * @return {@code [count]}
         */
        Tensor of(int first, int count);
    }

    private record Part(Tensor losses, Tensor gradient) {

        void close() {
            losses.close();
            gradient.close();
        }
    }

    public BatchGradient {
        require(parts >= 1, "a batch has at least 1 part, was %s", parts);
    }

    /**
     * Adds the gradient of the mean of {@code weights · losses / divisor} to {@link Parameters#gradients}, and to no others.
     *
     * @param weights one for each sample
     * @param divisor the number of batches whose gradients make one step
     * @return the losses without their weights, {@code [batch]}, made in the caller's scope
     */
    public Tensor add(double[] weights, int divisor, PartLoss loss) {
        int batch = weights.length;
        if (Math.min(parts, batch) == 1) {
            try (AutoGradMode grad = new AutoGradMode(true)) {
                Tensor losses = loss.of(0, batch);
                Tensor share =
                        losses.mul(weights(weights, 0, batch, losses)).mean().div(new Scalar(divisor));
                parameters.addGradientOf(share);
                return losses.detach();
            }
        }
        List<Part> done = Streams.run(pieces(weights, divisor, loss), Part::close);
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            TensorVector losses = new TensorVector(done.size());
            for (int i = 0; i < done.size(); i++) {
                parameters.gradients().add_(done.get(i).gradient);
                losses.put(i, done.get(i).losses);
            }
            return torch.cat(losses, 0);
        } finally {
            done.forEach(Part::close);
        }
    }

    private List<Supplier<Part>> pieces(double[] weights, int divisor, PartLoss loss) {
        int batch = weights.length;
        int n = Math.min(parts, batch);
        List<Supplier<Part>> pieces = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            int first = (int) ((long) batch * k / n);
            int count = (int) ((long) batch * (k + 1) / n) - first;
            pieces.add(() -> part(weights, first, count, divisor, loss));
        }
        return pieces;
    }

    private Part part(double[] weights, int first, int count, int divisor, PartLoss loss) {
        try (CloseGuard.Use use = parameters.use();
                Dropout.Part part = Dropout.part(first, count);
                PointerScope scope = new PointerScope();
                AutoGradMode grad = new AutoGradMode(true)) {
            Tensor losses = loss.of(first, count);
            Tensor share = losses.mul(weights(weights, first, count, losses))
                    .sum()
                    .div(new Scalar((double) weights.length * divisor));
            Tensor gradient = parameters.gradientOf(share);
            Tensor values = losses.detach();
            gradient.retainReference(); // both outlive this scope
            values.retainReference();
            return new Part(values, gradient);
        }
    }

    private static Tensor weights(double[] weights, int first, int count, Tensor like) {
        return Tensors.of(Arrays.copyOfRange(weights, first, first + count)).to(like);
    }
}
