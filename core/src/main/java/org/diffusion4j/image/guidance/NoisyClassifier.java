package org.diffusion4j.image.guidance;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.unet.EncoderUNet;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.schedule.BetaSchedule;

/**
 * A trained classifier of noisy pictures, by which a model is steered to a class: conditional or not, at the cost of one gradient of the
 * classifier a step. Closing it frees the weights.
 *
 * <p>Threads: may be shared, and closed by any; closing waits for draws under way.
 */
public final class NoisyClassifier implements AutoCloseable {

    private static final String CARD = "noisy_classifier.json";
    private static final String WEIGHTS = "noisy_classifier.safetensors";
    private static final double ROUNDING = 1e-6;

    private final Card card;
    private final EncoderUNet network;
    private final DiscreteProcess process;

    /**
     * What is known of a classifier beside its weights.
     *
     * @param channels of a picture
     * @param size height and width of a picture
     */
    record Card(
            NoisyClassifierRecipe.Model model, BetaSchedule schedule, List<String> labels, int channels, int size) {}

    private NoisyClassifier(Card card, long seed) {
        this.card = card;
        process = new DiscreteProcess(card.schedule.table());
        network = new EncoderUNet(
                card.model.network(card.size, card.channels, card.labels.size()), card.model.pool(), seed);
    }

    static NoisyClassifier untrained(Card card, long seed) {
        return new NoisyClassifier(card, seed);
    }

    /**
     * Reads a classifier's folder.
     *
     * @return owned by the caller
     * @throws FormatException if it is not the folder of a classifier of noisy pictures
     * @throws org.diffusion4j.engine.WeightsException if weights and configuration do not fit
     */
    public static NoisyClassifier load(Path folder) {
        Path file = folder.resolve(CARD);
        if (!Files.exists(file)) {
            Path inside = folder.resolve("model");
            throw new FormatException(folder + ": is not a classifier of noisy pictures, it has no " + CARD
                    + (Files.exists(inside.resolve(CARD))
                            ? "; did you mean " + inside + "?"
                            : "; 'train recipes/noisy-classifier-mnist.json' makes one"));
        }
        NoisyClassifier classifier =
                new NoisyClassifier(Records.CAMEL_CASE.read(Card.class, Json.readObject(file), file.toString()), 0);
        Path weights = folder.resolve(WEIGHTS);
        try (PointerScope scope = new PointerScope();
                TensorFile tensors = Safetensors.open(weights)) {
            classifier.network.parameters().load(tensors.tensors(), weights.toString());
            return classifier;
        } catch (RuntimeException | Error e) {
            classifier.close();
            throw e;
        }
    }

    /** What the classifier of a folder is known by: the SHA-256 of its files. */
    public static String hash(Path folder) {
        Path weights = folder.resolve(WEIGHTS);
        try {
            return Sha256.of(Sha256.of(folder.resolve(CARD)) + Sha256.of(weights));
        } catch (IOException e) {
            throw FileTrouble.reading(weights, e);
        }
    }

    /** Writes the folder with an average of the weights, whole or not at all. */
    void saveAverage(Path folder, Tensor average) {
        AtomicFolder.replace(folder, inside -> {
            Json.write(inside.resolve(CARD), Records.CAMEL_CASE.write(card));
            try (CloseGuard.Use use = network.parameters().use();
                    PointerScope scope = new PointerScope()) {
                Safetensors.write(inside.resolve(WEIGHTS), network.parameters().viewsOf(average), Map.of());
            }
        });
    }

    /** The names of the classes. */
    public List<String> labels() {
        return card.labels;
    }

    /** The network, which answers with logits; borrowed. */
    public EncoderUNet network() {
        return network;
    }

    /** The noise that it knows. */
    public DiscreteProcess process() {
        return process;
    }

    /**
     * Refuses a model that this classifier cannot steer.
     *
     * @throws IllegalArgumentException if pictures, classes or noise of the two differ; the message says what to do
     */
    public void requireFits(DiffusionModel model) {
        List<Integer> size = model.network().config().pictureSize();
        int channels = model.network().config().inChannels();
        require(
                size.stream().allMatch(side -> side == card.size) && channels == card.channels,
                "the classifier is for pictures of %s×%s with %s channels, the model draws %s with %s;"
                        + " train a classifier on the model's data",
                card.size,
                card.size,
                card.channels,
                size,
                channels);
        require(
                model.classes() == 0 || model.classes() == card.labels.size(),
                "the classifier knows %s classes, the model %s; train a classifier on the model's data",
                card.labels.size(),
                model.classes());
        int steps = process.table().steps();
        int others = model.process().table().steps();
        require(
                steps == others
                        && IntStream.range(0, steps)
                                .allMatch(t -> Math.abs(process.table().alphaBar(t)
                                                - model.process().table().alphaBar(t))
                                        <= ROUNDING),
                "the classifier was trained in another noise schedule (%s, %s steps) than the model (%s steps);"
                        + " train one with the model's schedule",
                card.schedule.curve(),
                steps,
                others);
    }

    /**
     * Draws pictures of classes: sample i is the same picture whatever count and batch size are.
     *
     * @param model steered; borrowed
     * @param draw of which the labels are what is drawn, also where the model knows no classes
     * @param scale of the guidance; 0 is the model alone
     * @param listener as {@link DiffusionModel#draw(Draw, DiffusionModel.DrawListener)} takes it
     * @throws IllegalArgumentException if the two do not fit, the scale is not finite, or a label is none of the classifier's
     */
    public List<BufferedImage> draw(
            DiffusionModel model, Draw draw, double scale, DiffusionModel.DrawListener listener) {
        return new ClassifierSteering(this, scale).draw(model, draw, listener);
    }

    @Override
    public void close() {
        network.close();
    }
}
