package org.diffusion4j.train;

import java.util.LinkedHashMap;
import java.util.Map;
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

    /**
     * What was measured.
     *
     * @param loss the mean loss
     * @param figures the means of the loss's {@link Loss#figures}
     */
    record Measured(double loss, Map<String, Double> figures) {}

    private final Loss loss;
    private final Examples heldOut;
    private final int count;

    /** Of the whole batches that the examples fill. */
    Validation(Loss loss, Examples heldOut) {
        this.loss = loss;
        this.heldOut = heldOut;
        this.count = Math.toIntExact(heldOut.size() / heldOut.batchSize());
    }

    Measured of(TrainState state) {
        double sum = 0;
        Map<String, Double> figures = new LinkedHashMap<>();
        try (AutoGradMode noGrad = new AutoGradMode(false);
                Ema.Swap averaged = state.ema().swapInto(state.parameters().values())) {
            for (int b = 0; b < count; b++) {
                sum += loss(b, figures);
            }
        }
        figures.replaceAll((name, total) -> total / count);
        return new Measured(sum / count, figures);
    }

    /** The loss of a batch, whose figures are added to the sums. */
    private double loss(int b, Map<String, Double> figures) {
        try (PointerScope scope = new PointerScope();
                Batch batch = heldOut.batch(b)) {
            Tensor x0 = batch.x0();
            int size = heldOut.batchSize();
            double[] times = new double[size];
            for (int i = 0; i < size; i++) {
                times[i] = loss.timeAt((i * (double) count + b + 0.5) / ((double) size * count));
            }
            Tensor noise = new StepRandom(Trainer.VALIDATION_SEED, b).noise(x0);
            loss.figures(x0, batch.condition(), times, noise)
                    .forEach((name, figure) -> figures.merge(name, figure, Double::sum));
            return loss.of(x0, batch.condition(), times, noise).mean().item_double();
        }
    }
}
