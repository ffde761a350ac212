package org.diffusion4j.image.classifier;

import static org.diffusion4j.engine.Require.require;

import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.Prefetch;
import org.diffusion4j.nn.vision.ImageClassifier;
import org.diffusion4j.train.Ema;
import org.diffusion4j.train.Stage;
import org.diffusion4j.train.StepRandom;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.optimizer.Adam;

/** Trains a classifier of pictures, in one sitting: it is a matter of minutes, and nothing is kept before the end. */
public final class ClassifierTrainer {

    private final ClassifierRecipe recipe;
    private final Stage schedule;
    private final PixelCodec codec = new PixelCodec();

    public ClassifierTrainer(ClassifierRecipe recipe) {
        this.recipe = recipe;
        this.schedule = recipe.schedule();
    }

    /**
     * Trains a new classifier.
     *
     * @param data with labels
     * @param listener sees every step, its loss being the mean cross entropy in nats; what it throws ends the training
     * @return with the averaged weights, owned by the caller
     */
    public ImageClassifier train(ImageDataset data, TrainListener listener) {
        require(data.labelled(), "%s: a classifier learns from labels, and these images have none", data.name());
        ImageClassifier classifier = new ImageClassifier(
                new ImageClassifier.Config(
                        data.channels(), recipe.widths(), data.labelNames().size()),
                recipe.seed());
        try {
            train(classifier, data, listener);
            return classifier;
        } catch (RuntimeException e) {
            classifier.close();
            throw e;
        }
    }

    private void train(ImageClassifier classifier, ImageDataset data, TrainListener listener) {
        Tensor values = classifier.parameters().values();
        classifier.parameters().enableGradients();
        Tensor gradients = classifier.parameters().gradients();
        Batches batches = new Batches(
                data, recipe.batchSize(), recipe.seed(), recipe.data().flip());
        Adam.Settings adam = new Adam.Settings(Adam.Kind.ADAMW, 0.9, 0.999, 1e-8, recipe.weightDecay());
        try (Adam optimizer = new Adam(adam, values, gradients);
                Ema ema = new Ema(recipe.emaDecay(), values);
                Prefetch<ImageBatch> stream = batches.from(0)) {
            for (long step = 1; step <= recipe.steps(); step++) {
                Cancellation.checkpoint();
                long begun = System.nanoTime();
                gradients.zero_();
                double loss = addGradient(classifier, stream);
                if (!Double.isFinite(loss)) {
                    throw new DiffusionException("step " + step + ": the loss is " + loss + "; lower learningRate");
                }
                double rate = schedule.learningRateAt(step);
                optimizer.step(step, rate);
                ema.update(values, step);
                double seconds = (System.nanoTime() - begun) / 1e9;
                listener.onStep(new TrainListener.Step(
                        step, recipe.steps(), loss, rate, norm(gradients), recipe.batchSize() / seconds));
            }
            try (AutoGradMode noGrad = new AutoGradMode(false)) {
                values.copy_(ema.average());
            }
        }
    }

    private double addGradient(ImageClassifier classifier, Prefetch<ImageBatch> stream) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode grad = new AutoGradMode(true);
                ImageBatch batch = stream.next()) {
            StepRandom random = new StepRandom(recipe.seed(), batch.index());
            Tensor x = recipe.jitter().moved(codec.encode(batch.images()), random.numbers());
            Tensor loss = torch.cross_entropy_loss(classifier.of(x).logits(), Objects.requireNonNull(batch.labels()));
            loss.backward();
            return loss.item_double();
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.explained(e, "lower batchSize, " + recipe.batchSize());
        }
    }

    private static double norm(Tensor gradients) {
        try (PointerScope scope = new PointerScope()) {
            return gradients.norm().item_double();
        }
    }
}
