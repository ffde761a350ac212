package org.diffusion4j.train;

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

    private final TrainSettings settings;
    private final Plan plan;
    private final Network network;
    private final Parameters parameters;
    private final Loss loss;
    private final Examples examples;
    private final @Nullable Validation validation;
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
        this.settings = recipe.train();
        this.plan = settings.plan();
        this.network = network;
        this.parameters = network.parameters();
        this.loss = loss;
        this.examples = examples;
        this.validation = heldOut == null ? null : new Validation(loss, heldOut);
        this.state = new TrainState(parameters, recipe, loss.times(), examples.fingerprint());
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
                CloseGuard.Use ofModel = parameters.use()) {
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
                    state.validated(validation.loss(state));
                    listener.onValidated(state.step(), state.validationLoss());
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
        try (PointerScope scope = new PointerScope()) {
            parameters.gradients().zero_();
            double loss = 0;
            for (int part = 0; part < settings.accumulate(); part++) {
                loss += addGradient(data) / settings.accumulate();
            }
            double gradNorm = clippedNorm(plan.clipGradientAt(step));
            requireFinite(loss, gradNorm, step);
            state.advance(learningRate);
            double count = (double) settings.batchSize() * settings.accumulate();
            double seconds = (System.nanoTime() - begun) / 1e9;
            return new TrainListener.Step(step, plan.steps(), loss, learningRate, gradNorm, count / seconds);
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.explained(
                    e,
                    "lower train.batchSize, " + settings.batchSize()
                            + ", and raise train.accumulate by the same factor");
        } finally {
            network.eval();
        }
    }

    /** Adds the gradient of one batch's loss to the sum, and returns the loss. */
    private double addGradient(Prefetch<Batch> data) {
        try (PointerScope scope = new PointerScope();
                Batch batch = data.next()) {
            StepRandom random = new StepRandom(settings.seed(), batch.index());
            Tensor x0 = batch.x0();
            TimeSampler.Drawn drawn = state.times().draw(random.numbers(), settings.batchSize());
            Tensor noise = random.noise(x0);
            Condition condition = condition(batch, random);
            network.train(random.seed());
            Tensor losses = new BatchGradient(parameters, settings.streams())
                    .add(
                            drawn.weights(),
                            settings.accumulate(),
                            (first, count) -> loss.of(
                                    x0.narrow(0, first, count),
                                    condition.slice(first, count),
                                    Arrays.copyOfRange(drawn.times(), first, first + count),
                                    noise.narrow(0, first, count)));
            state.times().learn(drawn.times(), losses);
            return losses.mul(Tensors.of(drawn.weights()).to(losses)).mean().item_double();
        }
    }

    /** The batch's condition, dropped for as many samples as the recipe says. */
    private Condition condition(Batch batch, StepRandom random) {
        Condition condition = batch.condition();
        return condition.isNone() || settings.conditionDropout() == 0
                ? condition
                : condition.replacedWhere(
                        random.chosen(settings.batchSize(), settings.conditionDropout()), batch.unconditional());
    }

    /** The norm of the whole gradient, which is then scaled down where it is longer than the recipe allows. */
    private double clippedNorm(double longest) {
        double norm = parameters.gradients().norm().item_double();
        if (longest > 0 && norm > longest) {
            parameters.gradients().mul_(new Scalar(longest / norm));
        }
        return norm;
    }

    private void requireFinite(double loss, double gradNorm, long step) {
        if (!Double.isFinite(loss) || !Double.isFinite(gradNorm)) {
            throw new DiffusionException(
                    "step " + step + ": the loss is " + loss + " and the gradient's norm " + gradNorm
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
