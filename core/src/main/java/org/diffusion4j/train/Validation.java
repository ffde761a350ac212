package org.diffusion4j.train;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The loss of the averaged weights on held-out examples.
 *
 * <p>Times and noise are the same at every call and in every run, whatever its seed, so that curves can be compared; times are
 * spread evenly, which takes most of the scatter out of the mean.
 */
final class Validation {

    private final Loss loss;
    private final Examples heldOut;
    private final int count;

    /** Of the whole batches that the examples fill. */
    Validation(Loss loss, Examples heldOut) {
        this.loss = loss;
        this.heldOut = heldOut;
        this.count = Math.toIntExact(heldOut.size() / heldOut.batchSize());
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
                Batch batch = heldOut.batch(b)) {
            Tensor x0 = batch.x0();
            int size = heldOut.batchSize();
            double[] times = new double[size];
            for (int i = 0; i < size; i++) {
                times[i] = loss.timeAt((i * (double) count + b + 0.5) / ((double) size * count));
            }
            Tensor noise = new StepRandom(Trainer.VALIDATION_SEED, b).noise(x0);
            return loss.of(x0, batch.condition(), times, noise).mean().item_double();
        }
    }
}
