package org.diffusion4j.text;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.TimeSampler;

/**
 * The loss of texts: their embeddings are noised, the network is asked, where it has self-conditioning with its own first estimate for half
 * of them, and the {@link TextPrediction} says how wrong it was.
 *
 * @param network borrowed
 * @param timeScale the network receives the timestep times this: 1000/T as published
 */
record TextLoss(
        TextTransformer network,
        DiscreteProcess process,
        TextPrediction prediction,
        double timeScale,
        ObjectiveSettings settings)
        implements Loss {

    /** Condition: int64 {@code [batch, length]}. What the trainer knows as x0 only has the shape of the noise. */
    static final String TOKENS = "tokens";

    /** Condition: bool {@code [batch, length, 1]}, which positions are given without noise; without it none are. */
    static final String GIVEN = "given";

    /** How many noises a text needs: that of x0, that of x_t, and one that decides on self-conditioning. */
    static final int NOISES = 3;

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
        Tensor input = input(texts);
        Condition previous = network.config().selfConditioning()
                ? previous(firstEstimates(texts, input, times, chosen(noise)))
                : Condition.NONE;
        return prediction.loss(texts, output(input, times, previous), times);
    }

    private Tensor input(NoisyTexts texts) {
        return prediction.input(texts.xt(), texts.level(), texts.given());
    }

    /** Half of the texts: those whose estimate is fed back. */
    private static int[] chosen(Tensor noise) {
        double[] sides = Tensors.toArray(noise.select(1, 2).flatten(1, 2).select(1, 0));
        return IntStream.range(0, sides.length).filter(i -> sides[i] > 0).toArray();
    }

    /** What the network says first of those that are chosen, 0 for all others. */
    private Tensor firstEstimates(NoisyTexts texts, Tensor input, double[] times, int[] chosen) {
        Tensor all = torch.zeros_like(input);
        if (chosen.length > 0) {
            try (AutoGradMode noGrad = new AutoGradMode(false)) {
                Tensor rows = Tensors.of(Arrays.stream(chosen).asLongStream().toArray());
                double[] theirs =
                        Arrays.stream(chosen).mapToDouble(i -> times[i]).toArray();
                Tensor output = output(input.index_select(0, rows), theirs, Condition.NONE);
                Tensor xt = texts.xt().index_select(0, rows);
                all.index_copy_(0, rows, prediction.x0(output, xt, NoiseLevel.at(process, theirs, xt)));
            }
        }
        return all;
    }

    private static Condition previous(Tensor x0) {
        return Condition.of(TextTransformer.PREVIOUS, x0);
    }

    /** The network's output at x_t, where it has self-conditioning with its own first estimate. */
    Tensor outputTwice(NoisyTexts texts, double[] times) {
        Tensor input = input(texts);
        Tensor first = output(input, times, Condition.NONE);
        return network.config().selfConditioning()
                ? output(input, times, previous(prediction.x0(first, texts.xt(), texts.level())))
                : first;
    }

    /** The network's output at what it is shown of x_t. */
    Tensor output(Tensor input, double[] times, Condition condition) {
        Tensor timesteps = Tensors.of(Arrays.stream(times)
                        .map(t -> process.networkTime(t) * timeScale)
                        .toArray())
                .to(input);
        return network.forward(input, timesteps, condition);
    }
}
