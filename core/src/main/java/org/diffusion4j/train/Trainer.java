package org.diffusion4j.train;

import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.BatchStream;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.Codec;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.sample.DiffusionModel;
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

    private static final int COLUMNS = 8;
    private static final int ROWS_WITHOUT_CLASSES = 4;
    private static final int MOST_CLASSES_SHOWN = 10;

    private final Recipe recipe;
    private final Recipe.Train settings;
    private final Plan plan;
    private final DiffusionModel model;
    private final Parameters parameters;
    private final Objective objective;
    private final Codec codec = new PixelCodec();
    private final Batches batches;
    private final @Nullable Validation validation;
    private final TrainState state;
    private final CloseGuard guard;
    private long offered;
    private volatile boolean stopRequested;

    /**
     * Prepares the first step, and begins to draw one sample as the recipe says, so that what cannot be drawn is not learned.
     *
     * @param model trained in place; lent for the trainer's life
     * @param heldOut for the validation loss, or null for none
     * @throws IllegalArgumentException if recipe, model and data do not fit, or samples cannot be drawn as the recipe says
     */
    public Trainer(Recipe recipe, DiffusionModel model, ImageDataset training, @Nullable ImageDataset heldOut) {
        this.recipe = recipe;
        this.settings = recipe.train();
        this.plan = settings.plan();
        this.model = model;
        this.parameters = model.network().parameters();
        this.objective = Objective.of(model, recipe);
        this.batches = new Batches(
                training, settings.batchSize(), settings.seed(), recipe.data().flip());
        this.validation = heldOut == null ? null : new Validation(objective, codec, heldOut);
        requireDrawable();
        TimeSampler times = settings.objective().times().of(objective.timesteps());
        this.state = new TrainState(parameters, recipe, times, training.fingerprint());
        this.guard = new CloseGuard("the trainer", state::close);
    }

    /** Some samplers refuse some processes and predictions at their first step. */
    private void requireDrawable() {
        try (Tensor x0 = model.sample(
                recipe.sample(), 1, model.classes() == 0 ? List.of() : List.of(0), new SeededNoise(0, 0), step -> {
                    throw new CancellationException();
                })) {
            // drawn in one step
        } catch (CancellationException drawable) {
            // its first step is done
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the recipe's sample cannot be drawn: " + e.getMessage(), e);
        }
    }

    /** What is trained, lent. */
    public DiffusionModel model() {
        return model;
    }

    /** Where the training stands, lent. */
    public TrainState state() {
        return state;
    }

    /** Lets {@link #run} finish its step, offer a checkpoint and return. */
    public void requestStop() {
        stopRequested = true;
    }

    /**
     * Trains from where the state stands until the recipe's steps are done, or somebody or the time limit stops it.
     *
     * @throws CancellationException if it is {@linkplain Cancellation cancelled} or interrupted, after the step under way is done and a
     *     checkpoint of it was offered
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
        try (BatchStream data = batches.from(state.step() * settings.accumulate())) {
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
                listener.onStep(step(data));
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

    /** Shows what the averaged weights draw: always from the same noise, with classes a row for each. */
    private void sample(TrainListener listener) {
        int classes = Math.min(model.classes(), MOST_CLASSES_SHOWN);
        int rows = classes == 0 ? ROWS_WITHOUT_CLASSES : classes;
        int count = settings.sampleCount() == null ? rows * COLUMNS : settings.sampleCount();
        if (count == 0) {
            return;
        }
        int columns = classes == 0 ? COLUMNS : (count + classes - 1) / classes;
        List<Integer> labels = classes == 0
                ? List.of()
                : IntStream.range(0, count).mapToObj(i -> i / columns).toList();
        try (PointerScope scope = new PointerScope();
                Ema.Swap averaged = state.ema().swapInto(parameters.values());
                Tensor x0 = drawn(count, labels)) {
            if (x0 != null) {
                listener.onSampled(state.step(), x0, columns);
            }
        }
    }

    /** Null where somebody asks to stop meanwhile: who wants to save does not wait for pictures. */
    private @Nullable Tensor drawn(int count, List<Integer> labels) {
        try {
            return model.sample(recipe.sample(), count, labels, new SeededNoise(0, 0), step -> {
                if (stopRequested) {
                    throw new CancellationException();
                }
            });
        } catch (CancellationException stopped) {
            return null;
        } catch (OutOfNativeMemoryException e) {
            throw new OutOfNativeMemoryException(
                    "there is not enough memory to draw: lower train.sampleCount, " + count, e);
        }
    }

    private TrainListener.Step step(BatchStream data) {
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
            double images = (double) settings.batchSize() * settings.accumulate();
            double seconds = (System.nanoTime() - begun) / 1e9;
            return new TrainListener.Step(step, plan.steps(), loss, learningRate, gradNorm, images / seconds);
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.explained(
                    e,
                    "lower train.batchSize, " + settings.batchSize()
                            + ", and raise train.accumulate by the same factor");
        } finally {
            model.network().eval();
        }
    }

    /** Adds the gradient of one batch's loss to the sum, and returns the loss. */
    private double addGradient(BatchStream data) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode grad = new AutoGradMode(true);
                ImageBatch batch = data.next()) {
            StepRandom random = new StepRandom(settings.seed(), batch.index());
            Tensor x0 = codec.encode(batch.images());
            TimeSampler.Drawn drawn = state.times().draw(random.numbers(), settings.batchSize());
            Tensor noise = random.noise(x0);
            Tensor labels = objective.conditional()
                    ? random.dropped(Objects.requireNonNull(batch.labels()), settings.labelDropout(), model.classes())
                    : null;
            model.network().train(random.seed());
            Tensor losses = objective.losses(x0, labels, drawn.times(), noise);
            state.times().learn(drawn.times(), losses);
            Tensor loss = losses.mul(Tensors.of(drawn.weights()).to(losses)).mean();
            loss.div(new Scalar(settings.accumulate())).backward();
            return loss.item_double();
        }
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
                            + "; training cannot go on: lower train.learningRate, " + plan.learningRateAt(step)
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
