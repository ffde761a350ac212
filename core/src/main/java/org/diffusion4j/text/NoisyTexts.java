package org.diffusion4j.text;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.jspecify.annotations.Nullable;

/**
 * Texts on their way into the diffusion: tokens, their embeddings, the embeddings with the first noise, and x_t.
 *
 * <p>Li et al., NeurIPS 2022, section 4.1: {@code q(x0 | w) = N(EMB(w), sigma0²)}. As in its code sigma0 is the noise of timestep 0, and
 * x_t is drawn from x0. All is differentiable and made in the caller's scope.
 *
 * @param tokens int64 {@code [batch, length]}
 * @param embedded {@code [batch, length, embedding]}
 * @param xStart x0, shaped so
 * @param xt shaped so
 * @param given bool {@code [batch, length, 1]}, which positions are without noise in x_t; null for none
 * @param level of x_t
 */
record NoisyTexts(
        Tensor tokens,
        Tensor embedded,
        Tensor xStart,
        Tensor xt,
        @Nullable Tensor given,
        NoiseLevel level) {

    /** An index that cross entropy passes over; no token and no class has it. */
    static final long PASSED_OVER = -100;

    /**
     * Adds noise.
     *
     * @param embedded the embeddings of the tokens
     * @param given bool {@code [batch, length, 1]}, which positions stay without noise in x_t, as the source of DiffuSeq; null for none
     * @param times a timestep for each text
     * @param startNoise N(0, 1), shaped as the embeddings
     * @param noise likewise
     */
    static NoisyTexts of(
            DiscreteProcess process,
            Tensor tokens,
            Tensor embedded,
            @Nullable Tensor given,
            double[] times,
            Tensor startNoise,
            Tensor noise) {
        Tensor xStart = embedded.add(startNoise, new Scalar(process.sigma(0)));
        NoiseLevel level = NoiseLevel.at(process, times, xStart);
        Tensor noised = level.noised(xStart, noise);
        return new NoisyTexts(
                tokens, embedded, xStart, given == null ? noised : torch.where(given, xStart, noised), given, level);
    }

    /** How surprising each text's tokens are to the rounding layer at x0: nats a token, {@code [batch]}. */
    Tensor roundingLoss(TextTransformer network) {
        return surprise(network, xStart, tokens).mean(1);
    }

    /** −log p(token | x) of the rounding layer, nats, {@code [batch, length]}. */
    static Tensor surprise(TextTransformer network, Tensor x, Tensor tokens) {
        return surprise(network.logits(x), tokens);
    }

    /** −log p(token) of logits {@code [batch, length, vocabulary]}, nats, {@code [batch, length]}. */
    static Tensor surprise(Tensor logits, Tensor tokens) {
        return torch.cross_entropy_loss(
                        logits.flatten(0, 1),
                        tokens.flatten(),
                        new TensorOptional(),
                        torch.Reduction.None.value,
                        PASSED_OVER,
                        0)
                .view(tokens.sizes());
    }
}
