package org.diffusion4j.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Parameters;

/**
 * All that the next step depends on: the number of steps done, the weights, their average and the optimizer's moments. Random
 * numbers and the order of the data follow from the seed and the number of steps.
 */
public final class TrainState implements AutoCloseable {

    private final Parameters parameters;
    private final Adam optimizer;
    private final Ema ema;
    private long step;
    private double validationLoss = Double.NaN;

    TrainState(Parameters parameters, Recipe.Train settings) {
        parameters.enableGradients();
        this.parameters = parameters;
        this.optimizer = new Adam(settings.optimizer(), parameters.values(), parameters.gradients());
        this.ema = new Ema(settings.emaDecay(), parameters.values());
    }

    /** The number of steps done. */
    public long step() {
        return step;
    }

    void step(long done) {
        step = done;
    }

    /** The last validation loss, NaN before the first. */
    public double validationLoss() {
        return validationLoss;
    }

    void validationLoss(double loss) {
        validationLoss = loss;
    }

    Parameters parameters() {
        return parameters;
    }

    Adam optimizer() {
        return optimizer;
    }

    /** The averaged weights. */
    public Ema ema() {
        return ema;
    }

    /** The flat buffers by the name of their file in a checkpoint, lent. */
    Map<String, Tensor> buffers() {
        return Map.of(
                "weights", parameters.values(),
                "ema", ema.average(),
                "moment1", optimizer.moment1(),
                "moment2", optimizer.moment2());
    }

    /** Views of one buffer by the names of the parameters, made in the caller's scope. */
    Map<String, Tensor> named(String buffer) {
        return parameters.viewsOf(buffers().get(buffer));
    }

    @Override
    public void close() {
        ema.close();
        optimizer.close();
    }
}
