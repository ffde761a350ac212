package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.text.Vocabulary;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;

/**
 * A trained Diffusion-LM: writes texts by diffusion of their embeddings. Closing it frees the weights.
 *
 * <p>Threads: may be shared, and closed by any: the close waits for texts under way.
 */
public final class TextModel implements AutoCloseable {

    private static final int MOST_AT_ONCE = 64;

    private final TextTransformer network;
    private final TextCard card;
    private final DiscreteProcess process;
    private final TextPrediction prediction;

    TextModel(TextTransformer network, TextCard card) {
        this.network = network;
        this.card = card;
        this.process = new DiscreteProcess(card.recipe().schedule().table());
        this.prediction = TextPrediction.named(card.recipe().prediction(), network, process);
    }

    static TextTransformer networkOf(TextCard card) {
        TextRecipe recipe = card.recipe();
        return new TextTransformer(
                card.vocabulary().size(),
                recipe.data().length(),
                recipe.model(),
                recipe.train().seed(),
                ScalarType.Float);
    }

    /**
     * Reads a model folder.
     *
     * @return owned by the caller
     * @throws org.diffusion4j.engine.FormatException if it is not the folder of a model of texts, or a file of it is not what it should be
     * @throws org.diffusion4j.engine.WeightsException if weights and configuration do not fit
     */
    public static TextModel load(Path folder) {
        return TextModelFiles.read(folder);
    }

    /** Whether a folder holds a model of texts. */
    public static boolean isOne(Path folder) {
        return TextModelFiles.isOne(folder);
    }

    /** Writes the model folder with an average of the weights, whole or not at all; one that exists is replaced. */
    void saveAverage(Path folder, Tensor average) {
        TextModelFiles.write(this, folder, average);
    }

    TextTransformer network() {
        return network;
    }

    TextPrediction prediction() {
        return prediction;
    }

    /** The chain along which it noises and writes. */
    public DiscreteProcess process() {
        return process;
    }

    /** The embeddings of all tokens, float32 {@code [vocabulary, embedding]}, not to be changed; borrowed or made in the caller's scope. */
    public Tensor embeddings() {
        return network.embeddings();
    }

    TextCard card() {
        return card;
    }

    /** How many numbers it has learned. */
    public long parameterCount() {
        return network.parameters().count();
    }

    /** The words or characters that it knows. */
    public Vocabulary vocabulary() {
        return card.vocabulary();
    }

    /** How it was trained. */
    public TextRecipe recipe() {
        return card.recipe();
    }

    /** One text of seed 0, with the recipe's sampler: to be changed by {@code with…}. */
    public WriteSettings settings() {
        return new WriteSettings(
                1,
                0,
                TextTemplate.NONE,
                card.recipe().sample(),
                card.recipe().clamp(),
                card.recipe().temperature(),
                0);
    }

    /** Writes texts with the recipe's sampler. */
    public List<String> write(int count, long seed) {
        return write(settings().withCount(count).withSeed(seed), (done, of) -> {}).stream()
                .map(WrittenText::text)
                .toList();
    }

    /**
     * Writes texts. A text depends on its number, the seed, the template and the settings of the sampler alone, up to what the last bits
     * of float32 sums may change. Whatever the template gives is in every text.
     *
     * @param listener sees how far it is, and may stop it by throwing
     * @throws IllegalArgumentException if the template has words that the model does not know, or is too long; or the settings do not fit
     *     the model
     * @throws java.util.concurrent.CancellationException if it is {@linkplain org.diffusion4j.engine.Cancellation cancelled}
     */
    public List<WrittenText> write(WriteSettings settings, WriteListener listener) {
        requireFits(settings.sample());
        return write(settings, settings.sample().make(), listener);
    }

    /**
     * The same by a sampler of one's own, along the steps that the settings say.
     *
     * @param sampler in place of that of the settings
     */
    public List<WrittenText> write(WriteSettings settings, Sampler sampler, WriteListener listener) {
        requireFits(settings.sample());
        GivenTokens given = GivenTokens.of(
                settings.template(), card.vocabulary(), card.recipe().data().length());
        int atOnce = sampler.dependsOnBatch() ? 1 : settings.atOnce() == 0 ? MOST_AT_ONCE : settings.atOnce();
        List<WrittenText> written = new ArrayList<>();
        try (CloseGuard.Use use = network.parameters().use()) {
            for (int first = 0; first < settings.count(); first += atOnce) {
                int count = Math.min(atOnce, settings.count() - first);
                written.addAll(batch(settings, sampler, given, first, count, listener));
            }
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.ofBatch(e, atOnce);
        }
        return written;
    }

    private List<WrittenText> batch(
            WriteSettings settings, Sampler sampler, GivenTokens given, int first, int count, WriteListener listener) {
        TextRecipe recipe = card.recipe();
        int length = recipe.data().length();
        NoiseStream noise = new SeededNoise(settings.seed(), first);
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope();
                TextDenoiser denoiser = denoiser(settings, given)) {
            Tensor like = torch.zeros(count, length, recipe.model().embedding());
            try (Tensor x = sampler.sample(
                    denoiser,
                    settings.sample().grid(process),
                    noise.draw(NoiseStream.START, like),
                    noise,
                    step -> step.steps()
                            .ifPresent(steps -> listener.at(
                                    (long) first * steps + (long) (step.index() + 1) * count,
                                    (long) settings.count() * steps)))) {
                return texts(x, given, first);
            }
        }
    }

    /** The texts that vectors are rounded to. */
    private List<WrittenText> texts(Tensor x, GivenTokens given, int first) {
        int length = card.recipe().data().length();
        Tensor logits = prediction.rounding(x);
        Tensor bias = given.biasOfMarks().to(logits);
        logits.narrow(2, 0, bias.size(1)).add_(bias);
        Tensor tokens = logits.argmax(new LongOptional(-1), false);
        double[] surprises = Tensors.toArray(new Rounding(network.embeddings())
                .surprise(x, tokens, process.sigma(0))
                .mean(1));
        double[] drawn = Tensors.toArray(tokens);
        List<WrittenText> written = new ArrayList<>();
        for (int i = 0; i < surprises.length; i++) {
            int[] row = new int[length];
            for (int j = 0; j < length; j++) {
                row[j] = (int) drawn[i * length + j];
            }
            written.add(new WrittenText(first + i, card.vocabulary().text(given.over(row)), surprises[i]));
        }
        return written;
    }

    /** The text that a row of vectors is rounded to. */
    String textOf(double[] x, TextTemplate template) {
        int length = card.recipe().data().length();
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor row =
                    Tensors.of(x, 1, length, card.recipe().model().embedding()).to(ScalarType.Float);
            return texts(row, GivenTokens.of(template, card.vocabulary(), length), 0)
                    .get(0)
                    .text();
        }
    }

    private TextDenoiser denoiser(WriteSettings settings, GivenTokens given) {
        TextRecipe recipe = card.recipe();
        return new TextDenoiser(
                network,
                process,
                prediction.at(settings.temperature()),
                recipe.timeScale(),
                settings.clamp(),
                recipe.infilling() > 0,
                given);
    }

    /** Refuses settings of a sampler that no text can be written by. */
    void requireFits(SampleSettings settings) {
        require(
                !settings.asPublished(),
                "'%s' is a scheduler class of diffusers' folders; choose a sampler that 'samplers' lists",
                settings.sampler());
        require(settings.guidance() == 1, "texts have no classes; guidance must be 1, was %s", settings.guidance());
        settings.requireAsked();
        settings.grid(process);
    }

    @Override
    public void close() {
        network.close();
    }
}
