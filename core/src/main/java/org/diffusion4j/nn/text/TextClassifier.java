package org.diffusion4j.nn.text;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Says of noisy embeddings of a text to which classes it belongs, its words and its phrases: the encoder of Diffusion-LM gives features of
 * each position, from which linear layers read. A text is the mean of its positions; a phrase is its first and its last word.
 *
 * <p>Li et al., NeurIPS 2022, section 5.1: a classifier on the vectors of the diffusion, whose gradient steers them. It names no network of
 * the authors.
 *
 * <p>Threads: as every network.
 */
public final class TextClassifier implements Network {

    private final Parameters parameters = new Parameters("the classifier");
    private final TextTransformerConfig config;
    private final Parameter words;
    private final TextEncoder encoder;
    private final @Nullable Linear texts;
    private final @Nullable Linear tokens;
    private final @Nullable OfPhrases phrases;
    private final Dropout dropout;

    /**
     * How many logits there are; 0 for none.
     *
     * @param text of a text
     * @param token of each token
     * @param phrase of each phrase
     */
    public record Outputs(int text, int token, int phrase) {}

    /** What is seen in the first and the last word of a phrase. */
    private record OfPhrases(Linear first, Linear last, Linear head) {

        static OfPhrases at(Parameters.Path at, int width, int outputs) {
            return new OfPhrases(
                    new Linear(at.to("first"), width, width),
                    new Linear(at.to("last"), width, width),
                    new Linear(at.to("head"), width, outputs));
        }

        Tensor apply(Tensor features, Tensor phrases) {
            Tensor both =
                    at(first.apply(features), phrases.select(2, 0)).add(at(last.apply(features), phrases.select(2, 1)));
            return head.apply(both.relu());
        }

        private static Tensor at(Tensor features, Tensor positions) {
            return features.gather(1, positions.unsqueeze(2).expand(-1, -1, features.size(2)));
        }
    }

    /**
     * A new network.
     *
     * @param vocabulary how many tokens there are
     * @param positions how many tokens a text has at most
     * @param outputs at least one
     * @param config without self-conditioning
     * @param dtype float32 in use, float64 in tests
     */
    public TextClassifier(
            int vocabulary, int positions, Outputs outputs, TextTransformerConfig config, long seed, ScalarType dtype) {
        require(
                outputs.text() + outputs.token() + outputs.phrase() > 0,
                "a classifier needs classes of texts, tokens or phrases");
        require(!config.selfConditioning(), "a classifier has no self-conditioning; set model.selfConditioning=false");
        this.config = config;
        dropout = new Dropout(config.dropout());
        words = parameters
                .root()
                .to("word_embedding")
                .addConstant("weight", Initialiser.ZEROS, vocabulary, config.embedding());
        encoder = new TextEncoder(parameters.root(), config.embedding(), positions, config, dropout);
        int width = config.width();
        texts = outputs.text() == 0 ? null : new Linear(parameters.root().to("head"), width, outputs.text());
        tokens = outputs.token() == 0 ? null : new Linear(parameters.root().to("tokens"), width, outputs.token());
        phrases = outputs.phrase() == 0 ? null : OfPhrases.at(parameters.root().to("phrases"), width, outputs.phrase());
        parameters.allocate(seed, dtype);
    }

    /**
     * The features of each position, from which {@link #ofTexts}, {@link #ofTokens} and {@link #ofPhrases} read.
     *
     * @param x {@code [batch, length, embedding]}
     * @param timesteps {@code [batch]}, as the model of texts receives them
     * @param condition none
     * @return {@code [batch, length, width]}
     */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        condition.only();
        require(
                x.dim() == 3 && x.size(2) == config.embedding(),
                "x must be [batch, length, %s], was %s",
                config.embedding(),
                x.sizes());
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> encoder.apply(x, timesteps));
        }
    }

    /** The logits of texts from {@linkplain #forward features}, {@code [batch, text]}, made in the caller's scope. */
    public Tensor ofTexts(Tensor features) {
        return used(texts, "texts").apply(features.mean(1));
    }

    /** The logits of each token, {@code [batch, length, token]}, made in the caller's scope. */
    public Tensor ofTokens(Tensor features) {
        return used(tokens, "tokens").apply(features);
    }

    /**
     * The logits of phrases, {@code [batch, phrases, phrase]}, made in the caller's scope.
     *
     * @param positions int64 {@code [batch, phrases, 2]}, the positions of the first and the last token of each
     */
    public Tensor ofPhrases(Tensor features, Tensor positions) {
        return used(phrases, "phrases").apply(features, positions);
    }

    private static <T> T used(@Nullable T head, String what) {
        require(head != null, "this classifier has no classes of %s", what);
        return head;
    }

    /**
     * Takes over the embeddings of the model of texts, which are saved with the classifier and never trained.
     *
     * @param embeddings {@code [vocabulary, embedding]}, copied
     */
    public void learnEmbeddings(Tensor embeddings) {
        words.value().copy_(embeddings.detach());
    }

    /** The embeddings, {@code [vocabulary, embedding]}, borrowed. */
    public Tensor embeddings() {
        return words.value();
    }

    /**
     * The embeddings of tokens.
     *
     * @param tokens int64 {@code [batch, length]}
     * @return {@code [batch, length, embedding]}, made in the caller's scope
     */
    public Tensor embed(Tensor tokens) {
        return torch.embedding(words.value(), tokens);
    }

    @Override
    public void train(long seed) {
        dropout.seed(seed);
    }

    @Override
    public void eval() {
        dropout.seed(null);
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }
}
