package org.diffusion4j.image.measure;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.evaluate.BoundTerms;
import org.diffusion4j.evaluate.Likelihood;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.TimeGrid;
import org.jspecify.annotations.Nullable;

/**
 * How many bits a lossless code made of the model needs for each colour value of an image, at most: the mean of the variational bound
 * over images, and its parts.
 *
 * @param images how many were measured
 * @param total bits per dimension; lower is better
 * @param standardError of the total, from the spread between images; null of one image
 * @param prior the part L_T
 * @param bound the sum of all other parts
 * @param last the part L_0, which is in the bound
 * @param times what is known of each step, the noisiest first
 */
public record BitsPerDim(
        int images,
        double total,
        @Nullable Double standardError,
        double prior,
        double bound,
        double last,
        List<AtTime> times) {

    /**
     * One step, in means over the images.
     *
     * @param t the timestep
     * @param bits the part of the bound
     * @param x0Error mean squared error of x0
     * @param epsError mean squared error of eps
     */
    public record AtTime(int t, double bits, double x0Error, double epsError) {}

    /**
     * What is measured.
     *
     * @param count images, drawn at random by the seed
     * @param batchSize how many go through the network at once; a matter of memory and speed
     * @param grid the steps of the chain, down to the clean sample
     * @param variance of a reverse step
     */
    public record Settings(int count, int batchSize, long seed, TimeGrid grid, ReverseVariance variance) {

        public Settings {
            require(count >= 1, "count must be at least 1, was %s", count);
            require(batchSize >= 1, "the batch size must be at least 1, was %s", batchSize);
        }

        /** The chain that was trained, with the model's own variance; 64 images at once, seed 0. */
        public static Settings of(DiffusionModel model, int count) {
            TimeGrid all = TimeGrid.full(model.process().table().steps());
            ReverseVariance variance =
                    model.scheduler().sampler() instanceof Ddpm ddpm ? ddpm.variance() : ReverseVariance.FIXED_SMALL;
            return new Settings(count, 64, 0, all, variance);
        }

        public Settings with(TimeGrid grid) {
            return new Settings(count, batchSize, seed, grid, variance);
        }

        public Settings with(ReverseVariance variance) {
            return new Settings(count, batchSize, seed, grid, variance);
        }

        /** These with other random numbers and so many images at once. */
        public Settings with(long seed, int batchSize) {
            return new Settings(count, batchSize, seed, grid, variance);
        }
    }

    /** Is told how far a measurement is. What it throws ends the measurement and reaches the caller. */
    @FunctionalInterface
    public interface Listener {
        void at(long done, long total);
    }

    /**
     * Measures a model.
     *
     * @param data of the model's size; with labels where the model has classes
     * @throws IllegalArgumentException if the data do not fit, or are fewer than asked for
     */
    public static BitsPerDim of(DiffusionModel model, ImageDataset data, Settings settings, Listener listener) {
        int count = settings.count;
        require(count <= data.size(), "%s has %s images, fewer than %s", data.name(), data.size(), count);
        requireFits(model, data);
        int batchSize = Math.min(settings.batchSize, count);
        Batches batches = new Batches(data, batchSize, settings.seed, false);
        long steps = settings.grid.steps();
        long total = steps * ((count + batchSize - 1) / batchSize);
        BoundTerms terms = null;
        for (int first = 0; first < count; first += batchSize) {
            long done = steps * (first / batchSize);
            try (PointerScope scope = new PointerScope();
                    ImageBatch batch = batches.batch(first / batchSize)) {
                int size = Math.min(batchSize, count - first);
                Tensor x0 = model.compute()
                        .device()
                        .place(new PixelCodec().encode(batch.images().narrow(0, 0, size)));
                Tensor labels = batch.labels() == null || model.classes() == 0
                        ? null
                        : batch.labels().narrow(0, 0, size);
                BoundTerms found = new Likelihood(model.denoiser(labels), settings.variance, settings.grid)
                        .of(x0, new SeededNoise(settings.seed, first), step -> listener.at(done + step, total));
                terms = terms == null ? found : terms.and(found);
            } catch (RuntimeException e) {
                throw OutOfNativeMemoryException.ofBatch(e, batchSize);
            }
        }
        return summary(Objects.requireNonNull(terms), settings.grid);
    }

    static void requireFits(DiffusionModel model, ImageDataset data) {
        int channels = model.network().config().inChannels();
        require(
                data.channels() == channels,
                "%s has images of %s channels, the model is one of %s",
                data.name(),
                data.channels(),
                channels);
        require(
                model.classes() == 0 || data.labelled(),
                "the model has classes, but the images of %s have no labels",
                data.name());
    }

    private static BitsPerDim summary(BoundTerms terms, TimeGrid grid) {
        double[] totals = terms.total();
        int n = totals.length;
        double mean = mean(totals);
        double squares = Arrays.stream(totals).map(x -> (x - mean) * (x - mean)).sum();
        List<AtTime> times = IntStream.range(0, grid.steps())
                .mapToObj(i -> new AtTime(
                        (int) grid.time(i),
                        mean(terms.steps()[i]),
                        mean(terms.x0Errors()[i]),
                        mean(terms.epsErrors()[i])))
                .toList();
        return new BitsPerDim(
                n,
                mean,
                n == 1 ? null : Math.sqrt(squares / (n - 1) / n),
                mean(terms.prior()),
                mean - mean(terms.prior()),
                times.get(times.size() - 1).bits(),
                times);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
