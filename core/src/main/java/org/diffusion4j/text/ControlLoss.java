package org.diffusion4j.text;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.text.FactTable;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.text.TextClassifier;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.TimeSampler;

/**
 * How surprising the facts of texts are to a classifier that sees the texts at any noise: the sum over facts of −log p, in nats.
 *
 * @param classifier borrowed
 */
record ControlLoss(
        TextClassifier classifier,
        DiscreteProcess process,
        double timeScale,
        FactTable facts,
        ObjectiveSettings settings)
        implements Loss {

    /** Condition: int64 {@code [batch, facts]}, the number of each fact's value. */
    static final String FACTS = "facts";

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
     * @param condition {@link TextLoss#TOKENS} and {@link #FACTS}
     * @param noise as in {@link TextLoss}
     */
    @Override
    public Tensor of(Tensor placeholder, Condition condition, double[] times, Tensor noise) {
        Tensor tokens = Objects.requireNonNull(condition.get(TextLoss.TOKENS), TextLoss.TOKENS);
        Tensor classes = Objects.requireNonNull(condition.get(FACTS), FACTS);
        NoisyTexts texts = NoisyTexts.of(
                process, tokens, classifier.embed(tokens), null, times, noise.select(1, 0), noise.select(1, 1));
        Tensor timesteps = Tensors.of(Arrays.stream(times)
                        .map(t -> process.networkTime(t) * timeScale)
                        .toArray())
                .to(texts.xt());
        Tensor logits = classifier.forward(texts.xt(), timesteps, Condition.NONE);
        Tensor sum = torch.zeros_like(timesteps);
        List<Tensor> each = split(facts, logits);
        for (int f = 0; f < each.size(); f++) {
            sum = sum.add(surprise(each.get(f), classes.select(1, f)));
        }
        return sum;
    }

    /** The logits of each fact's values, {@code [batch, values]}. */
    static List<Tensor> split(FactTable facts, Tensor logits) {
        long[] at = {0};
        return facts.values().values().stream()
                .map(values -> {
                    Tensor part = logits.narrow(1, at[0], values.size());
                    at[0] += values.size();
                    return part;
                })
                .toList();
    }

    /** −log p of classes, {@code [batch]}. */
    static Tensor surprise(Tensor logits, Tensor classes) {
        return torch.cross_entropy_loss(
                logits, classes, new TensorOptional(), torch.Reduction.None.value, NoisyTexts.PASSED_OVER, 0);
    }
}
