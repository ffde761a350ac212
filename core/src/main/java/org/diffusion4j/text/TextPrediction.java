package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.jspecify.annotations.Nullable;

/** What the output of a text network means, and how it learns to say it. All tensors are made in the caller's scope. */
sealed interface TextPrediction permits VectorPrediction, TokenPrediction {

    /** Of a distribution over tokens. */
    String TOKENS = "tokens";

    /**
     * Refuses a name that is none of {@code tokens}, {@code x0}, {@code eps} and {@code v}.
     *
     * @throws IllegalArgumentException if so
     */
    static void requireKnown(String name) {
        DidYouMean.choose("prediction of texts", name, List.of(TOKENS, Prediction.X0, Prediction.EPS, Prediction.V));
    }

    /**
     * The prediction of that name.
     *
     * @param network borrowed
     */
    static TextPrediction named(String name, TextTransformer network, DiscreteProcess process) {
        return name.equals(TOKENS)
                ? new TokenPrediction(network, process, 1)
                : new VectorPrediction(network, process, Prediction.named(name));
    }

    /**
     * The same at a temperature.
     *
     * @throws IllegalArgumentException if it has none and the temperature is not 1
     */
    default TextPrediction at(double temperature) {
        require(
                temperature == 1,
                "a temperature of %s needs a model that predicts tokens, and this one predicts vectors",
                temperature);
        return this;
    }

    /**
     * Prepares the network before it learns anything.
     *
     * @param rows the tokens of the training texts, int64 {@code [texts, length]}
     */
    default void begin(Tensor rows) {}

    /**
     * Refuses a level of noise at which the output does not say x0.
     *
     * @throws IllegalArgumentException if so
     */
    void requireDefined(double alpha, double sigma);

    /**
     * What the network is shown of x_t, shaped as x_t.
     *
     * @param given bool {@code [batch, length, 1]} or {@code [1, length, 1]}, which positions are without noise; null for none
     */
    Tensor input(Tensor xt, NoiseLevel level, @Nullable Tensor given);

    /** The estimate of x0, the embedding with its first noise, shaped as x_t. */
    Tensor x0(Tensor output, Tensor xt, NoiseLevel level);

    /** −log p(token | x_t), nats, {@code [batch, length]}. */
    Tensor surprise(NoisyTexts texts, Tensor output);

    /** The loss of each text, {@code [batch]}. */
    Tensor loss(NoisyTexts texts, Tensor output, double[] times);

    /** How likely each token is at an x0 that was drawn, as logarithms up to a constant: {@code [batch, length, vocabulary]}. */
    Tensor rounding(Tensor x0);
}
