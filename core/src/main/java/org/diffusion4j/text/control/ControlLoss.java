package org.diffusion4j.text.control;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.text.FactTable;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.text.TextClassifier;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.TimeSampler;

/**
 * How surprising what is known of texts is to a classifier that sees them at any noise, in nats: −log p summed over facts, plus its mean over
 * the words whose parts of speech are known, plus its mean over groups of words.
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

    /** Condition: int64 {@code [batch, length]}. What the trainer knows as x0 only has the shape of the noise. */
    static final String TOKENS = "tokens";

    /** Condition: int64 {@code [batch, facts]}, the number of each fact's value; or none. */
    static final String FACTS = "facts";

    /** Condition: int64 {@code [batch, length]}, the number of each token's part of speech, or {@link #PASSED_OVER}; or none. */
    static final String TAGS = "tags";

    /** Condition: int64 {@code [batch, groups, 3]}, positions of the first and the last token, and which phrase it is; or none. */
    static final String GROUPS = "groups";

    /** How many noises a text needs: that of x0 and that of x_t. */
    static final int NOISES = 2;

    /** An index that cross entropy passes over; no class has it. */
    static final long PASSED_OVER = -100;

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
     * @param condition {@link #TOKENS} and what is known of the texts
     * @param noise {@code [batch, 2, length, embedding]}
     */
    @Override
    public Tensor of(Tensor placeholder, Condition condition, double[] times, Tensor noise) {
        Tensor tokens = Objects.requireNonNull(condition.get(TOKENS), TOKENS);
        // Li et al., section 4.1, as in the loss of the model: sigma0 is the noise of timestep 0, and x_t is drawn from
        // x0
        Tensor x0 = classifier.embed(tokens).add(noise.select(1, 0), new Scalar(process.sigma(0)));
        Tensor xt = NoiseLevel.at(process, times, x0).noised(x0, noise.select(1, 1));
        Tensor timesteps = Tensors.of(Arrays.stream(times)
                        .map(t -> process.networkTime(t) * timeScale)
                        .toArray())
                .to(xt);
        Tensor features = classifier.forward(xt, timesteps, Condition.NONE);
        Tensor sum = torch.zeros_like(timesteps);
        Tensor told = condition.get(FACTS);
        if (told != null) {
            List<Tensor> each = split(facts, classifier.ofTexts(features));
            for (int f = 0; f < each.size(); f++) {
                sum = sum.add(surprise(each.get(f), told.select(1, f)));
            }
        }
        Tensor tags = condition.get(TAGS);
        if (tags != null) {
            Tensor counted = tags.ge(new Scalar(0)).sum(1).clamp(new ScalarOptional(new Scalar(1)));
            sum = sum.add(surprise(classifier.ofTokens(features), tags).sum(1).div(counted));
        }
        Tensor groups = condition.get(GROUPS);
        if (groups != null) {
            sum = sum.add(surprise(classifier.ofPhrases(features, groups), groups.select(2, 2))
                    .mean(1));
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

    /** −log p of classes, shaped as they; 0 where one is {@link #PASSED_OVER}. The logits have one dimension more. */
    private static Tensor surprise(Tensor logits, Tensor classes) {
        return torch.cross_entropy_loss(
                        logits.flatten(0, logits.dim() - 2),
                        classes.flatten(),
                        new TensorOptional(),
                        torch.Reduction.None.value,
                        PASSED_OVER,
                        0)
                .view(classes.sizes());
    }
}
