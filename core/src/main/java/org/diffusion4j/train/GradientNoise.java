package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Parameters;

/**
 * How noisy the gradient of a loss is where a model stands: what decides how large batches must be.
 *
 * <p>McCandlish, Kaplan, Amodei, "An Empirical Model of Large-Batch Training", 2018, appendix A.1, with the spread between batches for
 * that between images. Nichol, Dhariwal, "Improved Denoising Diffusion Probabilistic Models", ICML 2021, section 3.3, found that of
 * L_vlb so much larger than that of L_hybrid that they chose times by importance.
 *
 * @param squaredNorm |G|², an estimate without bias of the squared norm of the true gradient; below 0 where the batches were too few
 * @param variance tr Σ, of the gradient of one image
 * @param losses of each batch
 * @param norms of each batch's gradient
 */
public record GradientNoise(double squaredNorm, double variance, List<Double> losses, List<Double> norms) {

    /** The noise scale tr Σ / |G|²: with so many images in a batch, noise and gradient are alike. */
    public double scale() {
        return squaredNorm > 0 ? variance / squaredNorm : Double.POSITIVE_INFINITY;
    }

    /**
     * Measures. The weights stay as they are; the gradients of the network's parameters are enabled and overwritten.
     *
     * <p>Importance sampling first sees each time as often as it remembers, on the same examples.
     *
     * @param parameters those of the loss's network, borrowed
     * @param batches how many gradients, at least two
     * @param seed of times and noise
     * @param listener receives the number of batches done; what it throws reaches the caller
     */
    public static GradientNoise of(
            Parameters parameters, Loss loss, Examples examples, int batches, long seed, IntConsumer listener) {
        require(batches >= 2, "the spread of gradients needs at least 2 batches, was %s", batches);
        try (CloseGuard.Use use = parameters.use()) {
            parameters.enableGradients();
            Measurement measurement = new Measurement(parameters, loss, examples, seed, loss.times());
            measurement.warmUp();
            return measurement.run(batches, listener);
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.ofBatch(e, examples.batchSize());
        }
    }

    private record Measurement(Parameters parameters, Loss loss, Examples examples, long seed, TimeSampler times) {

        /** Shows every time to a sampler that learns, until it knows enough of each. */
        void warmUp() {
            if (!(times instanceof LossSecondMoment moments)) {
                return;
            }
            try (AutoGradMode noGrad = new AutoGradMode(false)) {
                for (long k = 0; !moments.isWarm(); k++) {
                    Cancellation.checkpoint();
                    long first = k * examples.batchSize();
                    double[] next = IntStream.range(0, examples.batchSize())
                            .mapToDouble(i -> (first + i) % moments.timesteps())
                            .toArray();
                    try (PointerScope scope = new PointerScope();
                            Batch batch = examples.batch(k)) {
                        moments.learn(next, losses(batch, next, new StepRandom(~seed, k)));
                    }
                }
            }
        }

        GradientNoise run(int batches, IntConsumer listener) {
            List<Double> losses = new ArrayList<>();
            List<Double> norms = new ArrayList<>();
            Tensor gradients = parameters.gradients();
            try (PointerScope all = new PointerScope()) {
                Tensor sum = torch.zeros_like(gradients).to(ScalarType.Double);
                for (int k = 0; k < batches; k++) {
                    Cancellation.checkpoint();
                    try (PointerScope scope = new PointerScope()) {
                        gradients.zero_();
                        losses.add(backward(k));
                        norms.add(gradients.norm().item_double());
                        sum.add_(gradients);
                        listener.accept(k + 1);
                    }
                }
                double n = batches;
                double ofMean = sum.div_(new Scalar(n)).square().sum().item_double();
                double squares = norms.stream().mapToDouble(norm -> norm * norm).sum();
                double betweenBatches = (squares - n * ofMean) / (n - 1);
                return new GradientNoise(
                        ofMean - betweenBatches / n,
                        betweenBatches * examples.batchSize(),
                        List.copyOf(losses),
                        List.copyOf(norms));
            }
        }

        private double backward(int k) {
            try (AutoGradMode grad = new AutoGradMode(true);
                    Batch batch = examples.batch(k)) {
                StepRandom random = new StepRandom(seed, k);
                TimeSampler.Drawn drawn = times.draw(random.numbers(), examples.batchSize());
                Tensor losses = losses(batch, drawn.times(), random);
                Tensor mean = losses.mul(Tensors.of(drawn.weights()).to(losses)).mean();
                mean.backward();
                return mean.item_double();
            }
        }

        private Tensor losses(Batch batch, double[] chosen, StepRandom random) {
            Tensor x0 = batch.x0();
            return loss.of(x0, batch.condition(), chosen, random.noise(x0));
        }
    }
}
