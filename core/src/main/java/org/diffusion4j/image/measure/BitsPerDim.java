package org.diffusion4j.image.measure;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.diffusion4j.data.ImageDataset;
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
            CodedImages.requireSizes(count, batchSize);
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

    /** Receives how far a measurement is. What it throws ends the measurement and reaches the caller. */
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
        CodedImages images = new CodedImages(model, data, settings.count, settings.batchSize, settings.seed);
        long steps = settings.grid.steps();
        long total = steps * images.batches();
        @Nullable BoundTerms[] terms = {null};
        for (int i = 0; i < images.batches(); i++) {
            long done = steps * i;
            images.measure(i, batch -> {
                BoundTerms found = new Likelihood(model.denoiser(batch.labels()), settings.variance, settings.grid)
                        .of(batch.x0(), batch.noise(), step -> listener.at(done + step, total));
                terms[0] = terms[0] == null ? found : terms[0].and(found);
            });
        }
        return summary(Objects.requireNonNull(terms[0]), settings.grid);
    }

    private static BitsPerDim summary(BoundTerms terms, TimeGrid grid) {
        double[] totals = terms.total();
        double mean = CodedImages.mean(totals);
        List<AtTime> times = IntStream.range(0, grid.steps())
                .mapToObj(i -> new AtTime(
                        (int) grid.time(i),
                        CodedImages.mean(terms.steps()[i]),
                        CodedImages.mean(terms.x0Errors()[i]),
                        CodedImages.mean(terms.epsErrors()[i])))
                .toList();
        return new BitsPerDim(
                totals.length,
                mean,
                CodedImages.standardError(totals),
                CodedImages.mean(terms.prior()),
                mean - CodedImages.mean(terms.prior()),
                times.get(times.size() - 1).bits(),
                times);
    }
}
