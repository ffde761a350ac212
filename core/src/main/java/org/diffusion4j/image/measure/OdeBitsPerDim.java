package org.diffusion4j.image.measure;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
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
            CodedImages.requireSizes(count, batchSize);
            require(probes >= 1, "probes must be at least 1, was %s", probes);
            require(tolerance > 0 && tolerance < 1, "the tolerance must lie between 0 and 1, was %s", tolerance);
        }
    }

    /**
     * Measures a model.
     *
     * @param data of the model's size; with labels where the model has classes
     * @param kept where batches that are finished stay and are found again; null to keep none
     * @param listener receives per cents of all batches; what it throws ends the measurement and reaches the caller
     * @throws IllegalArgumentException if the data do not fit, or are fewer than asked for, or the model has a timestep without signal
     */
    public static OdeBitsPerDim of(
            DiffusionModel model,
            ImageDataset data,
            Settings settings,
            @Nullable KeptBits kept,
            BitsPerDim.Listener listener) {
        CodedImages images = new CodedImages(model, data, settings.count, settings.batchSize, settings.seed);
        OdeLikelihood.Span span = OdeLikelihood.Span.of(model.forwardProcess());
        List<KeptBits.Batch> batches = kept == null ? new ArrayList<>() : kept.read();
        long total = 100L * images.batches() * settings.probes;
        for (int i = batches.size(); i < images.batches(); i++) {
            long done = 100L * i * settings.probes;
            images.measure(i, batch -> {
                batches.add(bits(
                        model, span, settings, batch, percent -> listener.at(Math.min(total, done + percent), total)));
                if (kept != null) {
                    kept.write(batches);
                }
            });
        }
        return summary(batches, settings.probes);
    }

    private static KeptBits.Batch bits(
            DiffusionModel model,
            OdeLikelihood.Span span,
            Settings settings,
            CodedImages.Batch batch,
            IntConsumer listener) {
        DormandPrince solver = new DormandPrince(settings.tolerance, settings.tolerance, NormScope.SAMPLE);
        OdeLikelihood likelihood =
                new OdeLikelihood(model.unlimited(batch.labels()), span, solver, OdeLikelihood.Probe.RADEMACHER);
        int size = batch.size();
        double nats = batch.x0().numel() / (double) size * Math.log(2);
        double[][] bits = new double[size][settings.probes];
        long calls = 0;
        for (int probe = 0; probe < settings.probes; probe++) {
            int before = 100 * probe;
            Tensor spread = dequantised(batch.x0(), batch.noise().draw(1 + 2 * probe, batch.x0()));
            OdeLikelihood.Result found = likelihood.of(
                    spread, batch.noise(), 2 + 2 * probe, percent -> listener.accept(before + Math.min(99, percent)));
            listener.accept(before + 100);
            calls += found.calls();
            for (int i = 0; i < size; i++) {
                bits[i][probe] = -found.logDensity()[i] / nats + Math.log(LEVELS) / Math.log(2);
            }
        }
        return new KeptBits.Batch(
                calls,
                Arrays.stream(bits)
                        .map(image ->
                                new KeptBits.Image(Arrays.stream(image).boxed().toList()))
                        .toList());
    }

    /** Over the bin of each value; the distribution function of a normal number is uniform. */
    private static Tensor dequantised(Tensor x0, Tensor normal) {
        Tensor uniform = normal.div(new Scalar(Math.sqrt(2))).erf(); // from −1 to 1
        return x0.add(uniform, new Scalar(1 / (2 * LEVELS)));
    }

    private static OdeBitsPerDim summary(List<KeptBits.Batch> batches, int probes) {
        double[][] bits = batches.stream()
                .flatMap(batch -> batch.bits().stream())
                .map(image ->
                        image.probes().stream().mapToDouble(Double::doubleValue).toArray())
                .toArray(double[][]::new);
        double[] images = Arrays.stream(bits).mapToDouble(CodedImages::mean).toArray();
        double between = Arrays.stream(bits).mapToDouble(CodedImages::variance).sum();
        long calls = batches.stream().mapToLong(KeptBits.Batch::calls).sum();
        return new OdeBitsPerDim(
                bits.length,
                probes,
                CodedImages.mean(images),
                CodedImages.standardError(images),
                probes == 1 ? null : Math.sqrt(between / probes) / bits.length,
                (double) calls / ((long) batches.size() * probes));
    }
}
