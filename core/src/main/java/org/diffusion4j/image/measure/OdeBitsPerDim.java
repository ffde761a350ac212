package org.diffusion4j.image.measure;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.evaluate.OdeLikelihood;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.sample.sde.DormandPrince;
import org.diffusion4j.sample.sde.NormScope;
import org.jspecify.annotations.Nullable;

/**
 * How many bits a model's probability-flow ODE needs for each colour value of an image. Pixels are whole numbers and the ODE has a
 * density, so each is spread evenly over its bin (uniform dequantisation), which bounds the bits from above; the bins are as wide as
 * the steps of the codec and centred on what the network was trained with.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, section 4.3; Theis, van den
 * Oord, Bethge, "A note on the evaluation of generative models", ICLR 2016, section 3.1. Every probe has a dequantisation of its own.
 *
 * @param images how many were measured
 * @param probes of each
 * @param total bits per dimension; lower is better
 * @param standardError of the total over images and probes; null of one image
 * @param probeError the part of it that more probes would lessen; null of one probe
 * @param calls of the network for a batch, on average; each also goes back through the network for a gradient
 */
public record OdeBitsPerDim(
        int images,
        int probes,
        double total,
        @Nullable Double standardError,
        @Nullable Double probeError,
        double calls) {

    private static final double LEVELS = 127.5; // of the codec in a unit

    /**
     * What is measured.
     *
     * @param count images, drawn at random by the seed
     * @param batchSize how many go through the network at once; their steps are the same, so figures depend on it within the tolerance
     * @param probes of each image, at least 1
     * @param tolerance of the ODE, absolute and relative; 1e-5 in the paper
     */
    public record Settings(int count, int batchSize, long seed, int probes, double tolerance) {

        public Settings {
            require(count >= 1, "count must be at least 1, was %s", count);
            require(batchSize >= 1, "the batch size must be at least 1, was %s", batchSize);
            require(probes >= 1, "probes must be at least 1, was %s", probes);
            require(tolerance > 0 && tolerance < 1, "the tolerance must lie between 0 and 1, was %s", tolerance);
        }
    }

    /**
     * Measures a model.
     *
     * @param data of the model's size; with labels where the model has classes
     * @param listener receives per cents of all batches; what it throws ends the measurement and reaches the caller
     * @throws IllegalArgumentException if the data do not fit, or are fewer than asked for, or the model has a timestep without signal
     */
    public static OdeBitsPerDim of(
            DiffusionModel model, ImageDataset data, Settings settings, BitsPerDim.Listener listener) {
        int count = settings.count;
        require(count <= data.size(), "%s has %s images, fewer than %s", data.name(), data.size(), count);
        BitsPerDim.requireFits(model, data);
        OdeLikelihood.Span span = OdeLikelihood.Span.of(model.forwardProcess());
        DormandPrince solver = new DormandPrince(settings.tolerance, settings.tolerance, NormScope.SAMPLE);
        int batchSize = Math.min(settings.batchSize, count);
        Batches batches = new Batches(data, batchSize, settings.seed, false);
        double[][] bits = new double[count][settings.probes];
        int rounds = (count + batchSize - 1) / batchSize * settings.probes;
        long calls = 0;
        int round = 0;
        for (int first = 0; first < count; first += batchSize) {
            try (PointerScope scope = new PointerScope();
                    ImageBatch batch = batches.batch(first / batchSize)) {
                int size = Math.min(batchSize, count - first);
                Tensor x0 = model.compute()
                        .device()
                        .place(new PixelCodec().encode(batch.images().narrow(0, 0, size)));
                Tensor labels = batch.labels() == null || model.classes() == 0
                        ? null
                        : batch.labels().narrow(0, 0, size);
                OdeLikelihood likelihood =
                        new OdeLikelihood(model.unlimited(labels), span, solver, OdeLikelihood.Probe.RADEMACHER);
                NoiseStream noise = new SeededNoise(settings.seed, first);
                double nats = x0.numel() / (double) size * Math.log(2);
                for (int probe = 0; probe < settings.probes; probe++) {
                    long done = 100L * round++;
                    Tensor spread = dequantised(x0, noise.draw(1 + 2 * probe, x0));
                    OdeLikelihood.Result found = likelihood.of(
                            spread,
                            noise,
                            2 + 2 * probe,
                            percent -> listener.at(done + Math.min(99, percent), 100L * rounds));
                    listener.at(done + 100, 100L * rounds);
                    calls += found.calls();
                    for (int i = 0; i < size; i++) {
                        bits[first + i][probe] = -found.logDensity()[i] / nats + Math.log(LEVELS) / Math.log(2);
                    }
                }
            } catch (RuntimeException e) {
                throw OutOfNativeMemoryException.ofBatch(e, batchSize);
            }
        }
        return summary(bits, calls / (double) rounds);
    }

    /** Over the bin of each value; the distribution function of a normal number is uniform. */
    private static Tensor dequantised(Tensor x0, Tensor normal) {
        Tensor uniform = normal.div(new Scalar(Math.sqrt(2))).erf(); // from −1 to 1
        return x0.add(uniform, new Scalar(1 / (2 * LEVELS)));
    }

    private static OdeBitsPerDim summary(double[][] bits, double calls) {
        int n = bits.length;
        int probes = bits[0].length;
        double[] images = Arrays.stream(bits).mapToDouble(OdeBitsPerDim::mean).toArray();
        double between =
                Arrays.stream(bits).mapToDouble(OdeBitsPerDim::variance).sum();
        return new OdeBitsPerDim(
                n,
                probes,
                mean(images),
                n == 1 ? null : Math.sqrt(variance(images) / n),
                probes == 1 ? null : Math.sqrt(between / probes) / n,
                calls);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double variance(double[] values) {
        double mean = mean(values);
        return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / Math.max(1, values.length - 1);
    }
}
