package org.diffusion4j.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.train.optimizer.Optimizer;
import org.jspecify.annotations.Nullable;

/**
 * All that the next step depends on, besides the recipe and the data: the number of steps done, the weights, their average, what the
 * optimizer remembers, those of an opponent, and what the choice of times has learned. Random numbers and the order of the data follow from the seed and
 * the number of steps.
 */
public final class TrainState implements AutoCloseable {

    /**
     * A network in training.
     *
     * @param buffers flat, by name, its weights last
     */
    record Trained(Parameters parameters, Map<String, Tensor> buffers) {}

    private static final String OF_OPPONENT = "opponent.";

    private final Parameters parameters;
    private final Optimizer optimizer;
    private final Trainer.@Nullable Opponent opponent;
    private final @Nullable Optimizer ofOpponent;
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
     * @param opponent null where there is none
     */
    TrainState(
            Parameters parameters, Recipe recipe, TimeSampler times, String data, Trainer.@Nullable Opponent opponent) {
        TrainSettings settings = recipe.train();
        this.parameters = parameters;
        this.optimizer = optimizer(recipe, parameters);
        this.opponent = opponent;
        this.ofOpponent = opponent == null ? null : optimizer(recipe, opponent.parameters());
        this.ema = new Ema(settings.emaDecay(), parameters.values());
        this.times = times;
        this.recipe = recipe;
        this.data = data;
    }

    private static Optimizer optimizer(Recipe recipe, Parameters parameters) {
        parameters.enableGradients();
        return recipe.optimizer(parameters.values(), parameters.gradients());
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

    /** The opponent in a step, null as long as it has not begun. */
    Trainer.@Nullable Opponent opponentAt(long step) {
        return opponent == null || step <= opponent.after() ? null : opponent;
    }

    /** What has been trained after so many steps: before its first one the opponent is as it was made. */
    List<Trained> trained(long steps) {
        List<Trained> trained = new ArrayList<>(List.of(new Trained(parameters, buffers())));
        Trainer.Opponent begun = opponentAt(steps);
        if (begun != null && ofOpponent != null) {
            Map<String, Tensor> buffers = new LinkedHashMap<>();
            ofOpponent.buffers().forEach((name, buffer) -> buffers.put(OF_OPPONENT + name, buffer));
            buffers.put(OF_OPPONENT + "weights", begun.parameters().values());
            trained.add(new Trained(begun.parameters(), buffers));
        }
        return trained;
    }

    private Map<String, Tensor> buffers() {
        Map<String, Tensor> buffers = new LinkedHashMap<>();
        buffers.put("ema", ema.average());
        buffers.putAll(optimizer.buffers());
        buffers.put("weights", parameters.values());
        return buffers;
    }

    /** Ends a step: the gradients move the weights, the average follows. */
    void advance(double learningRate) {
        step++;
        optimizer.step(step, learningRate);
        ema.update(parameters.values(), step);
        Trainer.Opponent begun = opponentAt(step);
        if (begun != null && ofOpponent != null) {
            ofOpponent.step(step - begun.after(), begun.rate() * learningRate);
        }
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
        if (ofOpponent != null) {
            ofOpponent.close();
        }
        ema.close();
        optimizer.close();
    }
}
