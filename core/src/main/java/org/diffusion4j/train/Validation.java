package org.diffusion4j.train;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.Codec;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.ImageDataset;

/**
 * The loss of the averaged weights on held-out images.
 *
 * <p>Times and noise are the same at every call and in every run, whatever its seed, so that curves can be compared; times are
 * spread evenly, which takes most of the scatter out of the mean.
 */
final class Validation {

    private static final long SEED = 20200619; // any, but the same in all runs
    private static final int LARGEST_BATCH = 128;

    private final Objective objective;
    private final Codec codec;
    private final Batches batches;
    private final int batchSize;
    private final int count;

    Validation(Objective objective, Codec codec, ImageDataset heldOut) {
        this.objective = objective;
        this.codec = codec;
        this.batchSize = Math.min(LARGEST_BATCH, heldOut.size());
        this.batches = new Batches(heldOut, batchSize, SEED, false);
        this.count = heldOut.size() / batchSize;
    }

    double loss(TrainState state) {
        double sum = 0;
        try (AutoGradMode noGrad = new AutoGradMode(false);
                Ema.Swap averaged = state.ema().swapInto(state.parameters().values())) {
            for (int b = 0; b < count; b++) {
                sum += loss(b);
            }
        }
        return sum / count;
    }

    private double loss(int b) {
        try (PointerScope scope = new PointerScope();
                ImageBatch batch = batches.batch(b)) {
            Tensor x0 = codec.encode(batch.images());
            double[] times = new double[batchSize];
            for (int i = 0; i < batchSize; i++) {
                times[i] = (int) ((i * count + b + 0.5) * objective.timesteps() / (batchSize * count));
            }
            Tensor noise = new StepRandom(SEED, b).noise(x0);
            return objective
                    .losses(x0, objective.conditional() ? batch.labels() : null, times, noise)
                    .mean()
                    .item_double();
        }
    }
}
