package org.diffusion4j.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.train.optimizer.Optimizer;

/**
 * All that the next step depends on, besides the recipe and the data: the number of steps done, the weights, their average, what the
 * optimizer remembers, and what the choice of times has learned. Random numbers and the order of the data follow from the seed and
 * the number of steps.
 */
public final class TrainState implements AutoCloseable {

    private final Parameters parameters;
    private final Optimizer optimizer;
    private final Ema ema;
    private final TimeSampler times;
    private final Recipe recipe;
    private final String data;
    private long step;
    private double validationLoss = Double.NaN;

    /**
     * The state before the first step.
     *
     * @param times that has learned nothing yet
     * @param data the fingerprint of the training data
     */
    TrainState(Parameters parameters, Recipe recipe, TimeSampler times, String data) {
        TrainSettings settings = recipe.train();
        parameters.enableGradients();
        this.parameters = parameters;
        this.optimizer = recipe.optimizer(parameters.values(), parameters.gradients());
        this.ema = new Ema(settings.emaDecay(), parameters.values());
        this.times = times;
        this.recipe = recipe;
        this.data = data;
    }

    /** The number of steps done. */
    public long step() {
        return step;
    }

    /** The last validation loss, NaN before the first. */
    public double validationLoss() {
        return validationLoss;
    }

    /** The averaged weights, borrowed. */
    public Ema ema() {
        return ema;
    }

    Recipe recipe() {
        return recipe;
    }

    String data() {
        return data;
    }

    Parameters parameters() {
        return parameters;
    }

    TimeSampler times() {
        return times;
    }

    /** The flat buffers by name, the network's weights last. */
    Map<String, Tensor> buffers() {
        Map<String, Tensor> buffers = new LinkedHashMap<>();
        buffers.put("ema", ema.average());
        buffers.putAll(optimizer.buffers());
        buffers.put("weights", parameters.values());
        return buffers;
    }

    /** Ends a step: the gradient moves the weights, the average follows. */
    void advance(double learningRate) {
        step++;
        optimizer.step(step, learningRate);
        ema.update(parameters.values(), step);
    }

    void validated(double loss) {
        validationLoss = loss;
    }

    /** Continues after that step, the buffers being already what they were then. */
    void resume(long step, double validationLoss) {
        this.step = step;
        this.validationLoss = validationLoss;
    }

    @Override
    public void close() {
        ema.close();
        optimizer.close();
    }
}
