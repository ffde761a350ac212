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
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.process.ReverseVariance;

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

    /**
     * What is measured.
     *
     * @param loss hybrid losses need a model that has learned its variance
     * @param batches how many gradients, at least two
     */
    public record Settings(Loss loss, TimeSampling times, int batches, int batchSize, long seed) {

        public Settings {
            require(batches >= 2, "the spread of gradients needs at least 2 batches, was %s", batches);
            require(batchSize >= 1, "the batch size must be at least 1, was %s", batchSize);
        }
    }

    /** The noise scale tr Σ / |G|²: with so many images in a batch, noise and gradient are alike. */
    public double scale() {
        return squaredNorm > 0 ? variance / squaredNorm : Double.POSITIVE_INFINITY;
    }

    /**
     * Measures. The weights stay as they are; the gradients of the network's parameters are enabled and overwritten.
     *
     * <p>Importance sampling first sees each time as often as it remembers, on images of the same data.
     *
     * @param listener is told the number of batches done; what it throws reaches the caller
     */
    public static GradientNoise of(DiffusionModel model, ImageDataset data, Settings settings, IntConsumer listener) {
        try (CloseGuard.Use use = model.network().parameters().use()) {
            model.network().parameters().enableGradients();
            Measurement measurement = new Measurement(model, data, settings);
            measurement.warmUp();
            return measurement.run(listener);
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.ofBatch(e, settings.batchSize);
        }
    }

    private static final class Measurement {

        private final DiffusionModel model;
        private final Settings settings;
        private final Objective objective;
        private final TimeSampler times;
        private final Batches batches;

        Measurement(DiffusionModel model, ImageDataset data, Settings settings) {
            boolean learned = model.scheduler().meaning().variance() != null;
            require(
                    learned || !settings.loss.needsLearnedVariance(),
                    "the loss '%s' is for a learned variance, which the model has not",
                    settings.loss);
            this.model = model;
            this.settings = settings;
            objective = new Objective(
                    model.network(),
                    model.process(),
                    model.scheduler().meaning(),
                    learned ? ReverseVariance.LEARNED : ReverseVariance.FIXED_SMALL,
                    new ObjectiveSettings(settings.loss, Weighting.SIMPLE, null, settings.times),
                    model.classes() > 0,
                    Precision.FLOAT32);
            times = settings.times.of(objective.timesteps());
            batches = new Batches(data, settings.batchSize, settings.seed, false);
        }

        /** Shows every time to a sampler that learns, until it knows enough of each. */
        void warmUp() {
            if (!(times instanceof LossSecondMoment moments)) {
                return;
            }
            try (AutoGradMode noGrad = new AutoGradMode(false)) {
                for (long k = 0; !moments.isWarm(); k++) {
                    Cancellation.checkpoint();
                    long first = k * settings.batchSize;
                    double[] next = IntStream.range(0, settings.batchSize)
                            .mapToDouble(i -> (first + i) % objective.timesteps())
                            .toArray();
                    try (PointerScope scope = new PointerScope();
                            ImageBatch batch = batches.batch(k)) {
                        moments.learn(next, losses(batch, next, new StepRandom(~settings.seed, k)));
                    }
                }
            }
        }

        GradientNoise run(IntConsumer listener) {
            List<Double> losses = new ArrayList<>();
            List<Double> norms = new ArrayList<>();
            Tensor gradients = model.network().parameters().gradients();
            try (PointerScope all = new PointerScope()) {
                Tensor sum = torch.zeros_like(gradients).to(ScalarType.Double);
                for (int k = 0; k < settings.batches; k++) {
                    Cancellation.checkpoint();
                    try (PointerScope scope = new PointerScope()) {
                        gradients.zero_();
                        losses.add(backward(k));
                        norms.add(gradients.norm().item_double());
                        sum.add_(gradients);
                        listener.accept(k + 1);
                    }
                }
                double n = settings.batches;
                double ofMean = sum.div_(new Scalar(n)).square().sum().item_double();
                double squares = norms.stream().mapToDouble(norm -> norm * norm).sum();
                double betweenBatches = (squares - n * ofMean) / (n - 1);
                return new GradientNoise(
                        ofMean - betweenBatches / n,
                        betweenBatches * settings.batchSize,
                        List.copyOf(losses),
                        List.copyOf(norms));
            }
        }

        private double backward(int k) {
            try (AutoGradMode grad = new AutoGradMode(true);
                    ImageBatch batch = batches.batch(k)) {
                StepRandom random = new StepRandom(settings.seed, k);
                TimeSampler.Drawn drawn = times.draw(random.numbers(), settings.batchSize);
                Tensor losses = losses(batch, drawn.times(), random);
                Tensor loss = losses.mul(Tensors.of(drawn.weights()).to(losses)).mean();
                loss.backward();
                return loss.item_double();
            }
        }

        private Tensor losses(ImageBatch batch, double[] chosen, StepRandom random) {
            Tensor x0 = new PixelCodec().encode(batch.images());
            return objective.losses(x0, objective.conditional() ? batch.labels() : null, chosen, random.noise(x0));
        }
    }
}
