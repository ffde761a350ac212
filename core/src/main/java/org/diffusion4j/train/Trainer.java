package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.nio.channels.ClosedByInterruptException;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.Prefetch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.BatchGradient;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network by a recipe, one step after the other.
 *
 * <p>Step k is a function of the state after step k − 1, the recipe and the data: a training that was interrupted after any step and
 * goes on from its {@link TrainState} is, bit for bit, the one that was never interrupted.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class Trainer implements AutoCloseable {

    /** The seed of held-out examples and of their times and noise: any, but the same in all runs, so that curves can be compared. */
    public static final long VALIDATION_SEED = 20200619;

    /**
     * A second network that is trained against the first, such as a discriminator. From some step on both move at each step, each by the
     * gradient of its own loss of the same examples, at the weights of the step before.
     *
     * @param parameters of the second network, borrowed for the trainer's life; they have an optimizer of the recipe's kind for themselves
     * @param against what the first network minimises from then on, in place of the trainer's loss; held-out examples are measured by the
     *     trainer's loss all the same
     * @param own what the second network minimises; its times are those of the trainer's loss
     * @param after how many steps the first network is trained alone
     * @param rate by how much the learning rate is multiplied for it
     */
    public record Opponent(Parameters parameters, Loss against, Loss own, long after, double rate) {

        public Opponent {
            require(after >= 0, "an opponent begins after at least 0 steps, was %s", after);
            require(rate > 0, "an opponent's rate must be above 0, was %s", rate);
        }
    }

    /** The losses of both networks; that of an opponent is 0 where there is none. */
    private record Losses(double loss, double ofOpponent) {

        Losses plus(Losses part, int parts) {
            return new Losses(loss + part.loss / parts, ofOpponent + part.ofOpponent / parts);
        }
    }

    private final TrainSettings settings;
    private final Plan plan;
    private final Network network;
    private final Parameters parameters;
    private final Loss loss;
    private final Examples examples;
    private final @Nullable Validation validation;
    private final @Nullable Opponent opponent;
    private final TrainState state;
    private final CloseGuard guard;
    private final Cancellation drawing = new Cancellation();
    private long offered;
    private volatile boolean stopRequested;

    /**
     * Prepares the first step.
     *
     * @param network trained in place; borrowed for the trainer's life
     * @param loss of that network
     * @param examples to learn from, in batches of the recipe's size
     * @param heldOut for the validation loss, or null for none
     */
    public Trainer(Recipe recipe, Network network, Loss loss, Examples examples, @Nullable Examples heldOut) {
        this(recipe, network, loss, examples, heldOut, null);
    }

    /** The same with a network that is trained against it, or null for none. */
    public Trainer(
            Recipe recipe,
            Network network,
            Loss loss,
            Examples examples,
            @Nullable Examples heldOut,
            @Nullable Opponent opponent) {
        this.settings = recipe.train();
        this.plan = settings.plan();
        this.network = network;
        this.parameters = network.parameters();
        this.loss = loss;
        this.examples = examples;
        this.validation = heldOut == null ? null : new Validation(loss, heldOut);
        this.opponent = opponent;
        this.state = new TrainState(parameters, recipe, loss.times(), examples.fingerprint(), opponent);
        this.guard = new CloseGuard("the trainer", state::close);
    }

    /** Where the training stands, borrowed. */
    public TrainState state() {
        return state;
    }

    /** Lets {@link #run} finish its step, offer a checkpoint and return. */
    public void requestStop() {
        stopRequested = true;
        drawing.cancel();
    }

    /**
     * Trains from where the state stands until the recipe's steps are done, or somebody or the time limit stops it.
     *
     * @throws CancellationException if it is {@linkplain Cancellation cancelled} or interrupted, after a checkpoint of the last step that
     *     is done was offered
     * @throws IllegalStateException if this or the model is closed
     */
    public TrainResult run(TrainListener listener) {
        try (CloseGuard.Use use = guard.use();
                CloseGuard.Use ofModel = parameters.use();
                CloseGuard.Use ofOpponent =
                        opponent == null ? null : opponent.parameters().use()) {
            return steps(listener);
        } catch (DiffusionException e) {
            if (!(e.getCause() instanceof ClosedByInterruptException)) {
                throw e;
            }
            throw cancelled(listener); // an interruption closes the file that is being written
        }
    }

    private TrainResult steps(TrainListener listener) {
        long begun = System.nanoTime();
        double limit = settings.timeLimit() == 0
                ? Double.POSITIVE_INFINITY
                : settings.timeLimit() * TimeUnit.MINUTES.toNanos(1);
        offered = state.step();
        if (state.step() > 0 && due(settings.sampleEvery()) && listener.lacksSamples(state.step())) {
            sample(listener);
        }
        try (Prefetch<Batch> data =
                new Prefetch<>(examples::batch, Batch::close, state.step() * settings.accumulate())) {
            while (state.step() < plan.steps()) {
                if (Cancellation.isWanted()) {
                    throw cancelled(listener);
                }
                if (stopRequested) {
                    return stopped(TrainResult.End.REQUESTED, listener);
                }
                if (System.nanoTime() - begun > limit) {
                    return stopped(TrainResult.End.TIME_LIMIT, listener);
                }
                TrainListener.Step made;
                try {
                    made = step(data);
                } catch (
                        CancellationException e) { // between the parts of a batch: the state is that of the step before
                    throw cancelled(listener);
                }
                listener.onStep(made);
                if (validation != null && due(settings.validateEvery())) {
                    validate(validation, listener);
                }
                if (due(settings.checkpointEvery())) {
                    offerCheckpoint(listener);
                }
                if (due(settings.sampleEvery())) {
                    sampleOrSave(listener);
                }
            }
        }
        return new TrainResult(TrainResult.End.FINISHED, state.step(), state.validationLoss());
    }

    private void validate(Validation heldOut, TrainListener listener) {
        Validation.Measured measured = heldOut.of(state);
        state.validated(measured.loss());
        listener.onValidated(state.step(), measured.loss());
        if (!measured.figures().isEmpty()) {
            listener.onFigures(state.step(), measured.figures());
        }
    }

    private boolean due(long every) {
        return state.step() == plan.steps() || every > 0 && state.step() % every == 0;
    }

    private TrainResult stopped(TrainResult.End end, TrainListener listener) {
        if (state.step() > offered) {
            offerCheckpoint(listener);
        }
        return new TrainResult(end, state.step(), state.validationLoss());
    }

    /** Offers a checkpoint with the interruption put aside, which would close its files. */
    private CancellationException cancelled(TrainListener listener) {
        boolean interrupted = Thread.interrupted();
        try {
            TrainResult result = stopped(TrainResult.End.REQUESTED, listener);
            return new CancellationException("the training was cancelled after step " + result.step());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void offerCheckpoint(TrainListener listener) {
        listener.onCheckpoint(state);
        offered = state.step();
    }

    /** Samples, and where that fails saves what was learned since the last checkpoint. */
    private void sampleOrSave(TrainListener listener) {
        try {
            sample(listener);
        } catch (RuntimeException e) {
            if (state.step() > offered) {
                try {
                    offerCheckpoint(listener);
                } catch (RuntimeException unsaved) {
                    e.addSuppressed(unsaved);
                }
            }
            throw e;
        }
    }

    private void sample(TrainListener listener) {
        if (stopRequested) {
            return; // who wants to save does not wait for samples
        }
        try (Cancellation.Scope scope = drawing.open();
                Ema.Swap averaged = state.ema().swapInto(parameters.values())) {
            listener.onSample(state.step());
        } catch (CancellationException e) {
            if (!stopRequested) {
                throw e;
            }
        }
    }

    private TrainListener.Step step(Prefetch<Batch> data) {
        long begun = System.nanoTime();
        long step = state.step() + 1;
        double learningRate = plan.learningRateAt(step);
        Opponent opposed = state.opponentAt(step);
        try (PointerScope scope = new PointerScope()) {
            parameters.gradients().zero_();
            if (opposed != null) {
                opposed.parameters().gradients().zero_();
            }
            Losses losses = new Losses(0, 0);
            for (int part = 0; part < settings.accumulate(); part++) {
                losses = losses.plus(addGradients(data, opposed), settings.accumulate());
            }
            double gradNorm = clippedNorm(parameters, plan.clipGradientAt(step));
            requireFinite("the loss", losses.loss, gradNorm, step);
            if (opposed != null) {
                double ofOpponent = clippedNorm(opposed.parameters(), plan.clipGradientAt(step));
                requireFinite("the opponent's loss", losses.ofOpponent, ofOpponent, step);
            }
            state.advance(learningRate);
            double count = (double) settings.batchSize() * settings.accumulate();
            double seconds = (System.nanoTime() - begun) / 1e9;
            return new TrainListener.Step(
                    step,
                    plan.steps(),
                    losses.loss,
                    learningRate,
                    gradNorm,
                    count / seconds,
                    opposed == null ? null : losses.ofOpponent);
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.explained(
                    e,
                    "lower train.batchSize, " + settings.batchSize()
                            + ", and raise train.accumulate by the same factor");
        } finally {
            network.eval();
        }
    }

    /** Adds the gradients of one batch's losses to the sums, and returns the losses. */
    private Losses addGradients(Prefetch<Batch> data, @Nullable Opponent opposed) {
        try (PointerScope scope = new PointerScope();
                Batch batch = data.next()) {
            StepRandom random = new StepRandom(settings.seed(), batch.index());
            Tensor x0 = batch.x0();
            TimeSampler.Drawn drawn = state.times().draw(random.numbers(), settings.batchSize());
            Tensor noise = random.noise(x0);
            Condition condition = condition(batch, random);
            network.train(random.seed());
            Tensor losses =
                    addGradient(parameters, opposed == null ? loss : opposed.against(), x0, condition, drawn, noise);
            state.times().learn(drawn.times(), losses);
            double ofOpponent = 0;
            if (opposed != null) {
                ofOpponent = mean(addGradient(opposed.parameters(), opposed.own(), x0, condition, drawn, noise), drawn);
            }
            return new Losses(mean(losses, drawn), ofOpponent);
        }
    }

    private Tensor addGradient(
            Parameters trained, Loss minimised, Tensor x0, Condition condition, TimeSampler.Drawn drawn, Tensor noise) {
        return new BatchGradient(trained, settings.streams())
                .add(
                        drawn.weights(),
                        settings.accumulate(),
                        (first, count) -> minimised.of(
                                x0.narrow(0, first, count),
                                condition.slice(first, count),
                                Arrays.copyOfRange(drawn.times(), first, first + count),
                                noise.narrow(0, first, count)));
    }

    private static double mean(Tensor losses, TimeSampler.Drawn drawn) {
        return losses.mul(Tensors.of(drawn.weights()).to(losses)).mean().item_double();
    }

    /** The batch's condition, dropped for as many samples as the recipe says. */
    private Condition condition(Batch batch, StepRandom random) {
        Condition condition = batch.condition();
        return condition.isNone() || settings.conditionDropout() == 0
                ? condition
                : condition.replacedWhere(
                        random.chosen(settings.batchSize(), settings.conditionDropout()), batch.unconditional());
    }

    /** The norm of a network's whole gradient, which is then scaled down where it is longer than the recipe allows. */
    private static double clippedNorm(Parameters trained, double longest) {
        double norm = trained.gradients().norm().item_double();
        if (longest > 0 && norm > longest) {
            trained.gradients().mul_(new Scalar(longest / norm));
        }
        return norm;
    }

    private void requireFinite(String name, double loss, double gradNorm, long step) {
        if (!Double.isFinite(loss) || !Double.isFinite(gradNorm)) {
            throw new DiffusionException(
                    "step " + step + ": " + name + " is " + loss + " and the gradient's norm " + gradNorm
                            + "; training cannot go on: lower train.learningRate, " + plan.fullLearningRateAt(step)
                            + ", or set train.clipGradient, " + plan.clipGradientAt(step));
        }
    }

    /** Asks a run under way to stop, waits for it, and frees; a listener that closes does not wait, and all is freed after its run. */
    @Override
    public void close() {
        requestStop();
        guard.close();
    }
}
