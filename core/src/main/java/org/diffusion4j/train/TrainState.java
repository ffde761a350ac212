package org.diffusion4j.train;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Parameters;

/**
 * All that the next step depends on, besides the recipe and the data: the number of steps done, the weights, their average and the
 * optimizer's moments. Random numbers and the order of the data follow from the seed and the number of steps.
 */
public final class TrainState implements AutoCloseable {

    /** The names of the flat buffers, the network's weights last. */
    static final List<String> BUFFERS = List.of("ema", "moment1", "moment2", "weights");

    private final Parameters parameters;
    private final Adam optimizer;
    private final Ema ema;
    private final String recipe;
    private final String data;
    private long step;
    private double validationLoss = Double.NaN;

    /**
     * The state before the first step.
     *
     * @param recipe what of the recipe determines the weights, as {@link Recipe#fingerprint}
     * @param data the fingerprint of the training data
     */
    TrainState(Parameters parameters, Recipe.Train settings, String recipe, String data) {
        parameters.enableGradients();
        this.parameters = parameters;
        this.optimizer = new Adam(settings.optimizer(), parameters.values(), parameters.gradients());
        this.ema = new Ema(settings.emaDecay(), parameters.values());
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

    /** The averaged weights, lent. */
    public Ema ema() {
        return ema;
    }

    String recipe() {
        return recipe;
    }

    String data() {
        return data;
    }

    Parameters parameters() {
        return parameters;
    }

    Tensor buffer(String name) {
        return switch (name) {
            case "ema" -> ema.average();
            case "moment1" -> optimizer.moment1();
            case "moment2" -> optimizer.moment2();
            case "weights" -> parameters.values();
            default -> throw new IllegalArgumentException(name);
        };
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
