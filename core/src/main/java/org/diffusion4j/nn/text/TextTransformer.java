package org.diffusion4j.nn.text;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
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
 * Diffusion-LM's network: an encoder of BERT between a projection of the embeddings and one back, together with the embeddings
 * themselves and the layer that rounds vectors to tokens.
 *
 * <p>Li, Thickstun, Gulrajani, Liang, Hashimoto, "Diffusion-LM Improves Controllable Text Generation", NeurIPS 2022; names as in its
 * {@code TransformerNetModel2}. {@code lm_head.weight} is {@code word_embedding.weight} and is not stored twice. With self-conditioning
 * (Chen, Zhang, Hinton, "Analog Bits", ICLR 2023) the first projection is twice as wide.
 *
 * <p>Threads: as every network.
 */
public final class TextTransformer implements Network {

    /** Condition: what the network took for x0 in the step before, {@code [batch, length, embedding]}; without it zeros. */
    public static final String PREVIOUS = "previous";

    private static final double HALF = 0.5; // of an occurrence, for tokens that do not occur

    private final Parameters parameters = new Parameters();
    private final TextTransformerConfig config;
    private final int positions;
    private final Parameter words;
    private final Parameter roundingBias;
    private final TextEncoder encoder;
    private final TwoLayers down;
    private final Dropout dropout;

    /**
     * A new network.
     *
     * @param vocabulary how many tokens there are
     * @param positions how many tokens a text has at most
     * @param dtype float32 in use, float64 in tests
     */
    public TextTransformer(int vocabulary, int positions, TextTransformerConfig config, long seed, ScalarType dtype) {
        this(vocabulary, positions, config, config.embedding(), seed, dtype);
    }

    /** With another number of output channels: twice those of the embedding for a learned variance. */
    TextTransformer(
            int vocabulary, int positions, TextTransformerConfig config, int outputs, long seed, ScalarType dtype) {
        require(
                vocabulary >= 1 && positions >= 1,
                "a text needs tokens and positions, were %s, %s",
                vocabulary,
                positions);
        this.config = config;
        this.positions = positions;
        int width = config.width();
        int inputs = config.selfConditioning() ? 2 * config.embedding() : config.embedding();
        Parameters.Path root = parameters.root();
        words = root.to("word_embedding").add("weight", new Initialiser.Normal(1), vocabulary, config.embedding());
        roundingBias = root.to("lm_head").add("bias", Initialiser.fanIn(config.embedding()), vocabulary);
        dropout = new Dropout(config.dropout());
        encoder = new TextEncoder(root, inputs, positions, config, dropout);
        down = new TwoLayers(root.to("output_down_proj"), width, width, outputs, torch::tanh);
        parameters.allocate(seed, dtype);
    }

    /**
     * The output for each position.
     *
     * @param x {@code [batch, length, embedding]}
     * @param timesteps {@code [batch]}, in the published setting the timestep times 1000/T
     * @param condition {@link #PREVIOUS} where the network has self-conditioning, else nothing
     * @return shaped as x
     */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        require(
                x.dim() == 3 && x.size(2) == config.embedding() && x.size(1) <= positions,
                "x must be [batch, length, %s] with a length of at most %s, was %s",
                config.embedding(),
                positions,
                x.sizes());
        Tensor previous = (config.selfConditioning() ? condition.only(PREVIOUS) : condition.only()).get(PREVIOUS);
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() ->
                    down.apply(encoder.apply(input(x, previous), timesteps)).to(x.scalar_type()));
        }
    }

    private Tensor input(Tensor x, @Nullable Tensor previous) {
        if (!config.selfConditioning()) {
            return x;
        }
        return torch.cat(new TensorVector(x, previous == null ? torch.zeros_like(x) : previous), 2);
    }

    /** What is added to every position for the time, {@code [batch, width]}, made in the caller's scope. */
    Tensor timeEmbedding(Tensor timesteps, ScalarType dtype) {
        return encoder.timeEmbedding(timesteps, dtype);
    }

    /**
     * The embeddings of tokens, differentiable.
     *
     * @param tokens int64 {@code [batch, length]}
     * @return {@code [batch, length, embedding]}, made in the caller's scope
     */
    public Tensor embed(Tensor tokens) {
        return torch.embedding(embeddings(), tokens);
    }

    /** All embeddings, {@code [vocabulary, embedding]}, differentiable; borrowed, or made in the caller's scope where they are normalized. */
    public Tensor embeddings() {
        Tensor learned = words.value();
        if (!config.normalized()) {
            return learned;
        }
        return Scoped.result(() -> learned.mul(learned.square()
                .mean(new long[] {1}, true, new ScalarTypeOptional())
                .rsqrt()));
    }

    /**
     * How likely each token is at a vector, as logarithms up to a constant: the layer that rounds.
     *
     * @param x {@code [batch, length, embedding]}
     * @return {@code [batch, length, vocabulary]}, made in the caller's scope
     */
    public Tensor logits(Tensor x) {
        return Scoped.result(() -> Linear.of(x, lowered(embeddings()), lowered(roundingBias.value()))
                .to(x.scalar_type()));
    }

    /**
     * The mean of the embeddings under a distribution over tokens.
     *
     * @param logits {@code [batch, length, vocabulary]}
     * @return {@code [batch, length, embedding]}, made in the caller's scope
     */
    public Tensor mean(Tensor logits) {
        return Scoped.result(() ->
                Linear.of(logits.softmax(-1), lowered(embeddings()).t(), null).to(logits.scalar_type()));
    }

    /** In the arithmetic of products. */
    private Tensor lowered(Tensor weight) {
        return parameters.compute().isLow()
                ? weight.to(parameters.compute().arithmetic().dtype())
                : weight;
    }

    /**
     * Lets the network begin with what else it would have to learn first.
     *
     * @param counts how often each token occurs, int64 {@code [vocabulary]}, for the layer that rounds
     * @param embeddings {@code [vocabulary, embedding]}; both are copied
     */
    public void startFrom(Tensor counts, Tensor embeddings) {
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor share = counts.to(roundingBias.value().scalar_type())
                    .add(new Scalar(HALF))
                    .div(counts.sum());
            roundingBias.value().copy_(share.log());
            words.value().copy_(embeddings);
        }
    }

    /** The sizes. */
    public TextTransformerConfig config() {
        return config;
    }

    /** How many tokens a text has at most. */
    public int positions() {
        return positions;
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
