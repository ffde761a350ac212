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

/**
 * Says of noisy embeddings of a text to which classes it belongs: the encoder of Diffusion-LM, the mean over positions, and a linear layer.
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
    private final Linear head;
    private final Dropout dropout;

    /**
     * A new network.
     *
     * @param vocabulary how many tokens there are
     * @param positions how many tokens a text has at most
     * @param outputs how many logits
     * @param config without self-conditioning
     * @param dtype float32 in use, float64 in tests
     */
    public TextClassifier(
            int vocabulary, int positions, int outputs, TextTransformerConfig config, long seed, ScalarType dtype) {
        require(outputs >= 2, "a classifier needs at least 2 classes, were %s", outputs);
        require(!config.selfConditioning(), "a classifier has no self-conditioning; set model.selfConditioning=false");
        this.config = config;
        dropout = new Dropout(config.dropout());
        words = parameters
                .root()
                .to("word_embedding")
                .addConstant("weight", Initialiser.ZEROS, vocabulary, config.embedding());
        encoder = new TextEncoder(parameters.root(), config.embedding(), positions, config, dropout);
        head = new Linear(parameters.root().to("head"), config.width(), outputs);
        parameters.allocate(seed, dtype);
    }

    /**
     * The logits of all classes.
     *
     * @param x {@code [batch, length, embedding]}
     * @param timesteps {@code [batch]}, as the model of texts receives them
     * @param condition none
     * @return {@code [batch, outputs]}
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
            return Scoped.result(() -> head.apply(encoder.apply(x, timesteps).mean(1)));
        }
    }

    /**
     * Takes over the embeddings of the model of texts, which are saved with the classifier and never trained.
     *
     * @param embeddings {@code [vocabulary, embedding]}, copied
     */
    public void learnEmbeddings(Tensor embeddings) {
        words.value().copy_(embeddings.detach());
    }

    /** The embeddings, {@code [vocabulary, embedding]}, lent. */
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
