package org.diffusion4j.text;

import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.TimeSampler;

/**
 * Diffusion-LM's end-to-end loss, by which embeddings, denoiser and rounding learn together: the squared error of the prediction, which at
 * t = 0 is that of the embeddings; what is left of x0 at the last time; and how surprising the tokens are at x0.
 *
 * <p>Li et al., NeurIPS 2022, equation 2, as its code has it: all three are means over positions and channels, added with weight 1.
 *
 * @param network borrowed
 * @param timeScale the network receives the timestep times this: 1000/T as published
 */
record TextLoss(
        TextTransformer network,
        DiscreteProcess process,
        Prediction prediction,
        double timeScale,
        ObjectiveSettings settings)
        implements Loss {

    /** Condition: int64 {@code [batch, length]}. What the trainer knows as x0 only has the shape of the noise. */
    static final String TOKENS = "tokens";

    /** Condition: bool {@code [batch, length, 1]}, which positions are given without noise; without it none are. */
    static final String GIVEN = "given";

    /** How many noises a text needs: that of x0, that of x_t, and one that decides on self-conditioning. */
    static final int NOISES = 3;

    /** The three summands, each {@code [batch]}. */
    record Terms(Tensor squaredError, Tensor rounding, Tensor prior) {

        Tensor sum() {
            return squaredError.add(rounding).add(prior);
        }
    }

    @Override
    public TimeSampler times() {
        return settings.timeSampler(process.table().steps());
    }

    @Override
    public double timeAt(double share) {
        return Loss.timestepAt(share, process.table().steps());
    }

    /**
     * The loss of each text.
     *
     * @param placeholder not looked at
     * @param condition {@link #TOKENS} and perhaps {@link #GIVEN}
     * @param noise {@code [batch, NOISES, length, embedding]}
     */
    @Override
    public Tensor of(Tensor placeholder, Condition condition, double[] times, Tensor noise) {
        Tensor tokens = Objects.requireNonNull(condition.get(TOKENS), TOKENS);
        NoisyTexts texts = NoisyTexts.of(
                process,
                tokens,
                network.embed(tokens),
                condition.get(GIVEN),
                times,
                noise.select(1, 0),
                noise.select(1, 1));
        return terms(texts, output(texts, times, chosen(noise)), times).sum();
    }

    /** Half of the texts, bool {@code [batch, 1, 1]}: those whose estimate is fed back. */
    private static Tensor chosen(Tensor noise) {
        return noise.select(1, 2).flatten(1, 2).narrow(1, 0, 1).unsqueeze(2).gt(new Scalar(0));
    }

    /** The network's output at x_t, where it has self-conditioning with its own first estimate for those that are chosen. */
    private Tensor output(NoisyTexts texts, double[] times, Tensor chosen) {
        if (!network.config().selfConditioning()) {
            return output(texts, times, Condition.NONE);
        }
        Tensor first;
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            first = prediction
                    .interpret(output(texts, times, Condition.NONE), texts.xt(), texts.level())
                    .x0()
                    .mul(chosen);
        }
        return output(texts, times, Condition.of(TextTransformer.PREVIOUS, first.detach()));
    }

    /** The network's output at x_t. */
    Tensor output(NoisyTexts texts, double[] times, Condition condition) {
        Tensor timesteps = Tensors.of(Arrays.stream(times)
                        .map(t -> process.networkTime(t) * timeScale)
                        .toArray())
                .to(texts.xt());
        return network.forward(texts.xt(), timesteps, condition);
    }

    /** The summands of an output. */
    Terms terms(NoisyTexts texts, Tensor output, double[] times) {
        Tensor eps = texts.xt()
                .sub(texts.xStart().mul(texts.level().alpha()))
                .div(texts.level().sigma());
        Tensor error = meanOver(output.sub(prediction.target(texts.xStart(), eps, texts.level())));
        Tensor x0 = prediction.interpret(output, texts.xt(), texts.level()).x0();
        Tensor atStart = meanOver(x0.sub(texts.embedded()));
        Tensor first = Tensors.of(times).to(error).eq(new Scalar(0));
        double last = process.alpha(process.table().steps() - 1);
        return new Terms(
                torch.where(first, atStart, error),
                texts.roundingLoss(network),
                meanOver(texts.xStart().mul(new Scalar(last))));
    }

    /** The mean square of each text. */
    private static Tensor meanOver(Tensor x) {
        return x.square().flatten(1, -1).mean(1);
    }
}
