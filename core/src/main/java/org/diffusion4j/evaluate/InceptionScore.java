package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Tensors;

/**
 * The Inception Score, exp E KL(p(y|x) ‖ p(y)), over samples that come in batches in any order, in float64. Parts that were gathered
 * apart can be merged.
 *
 * <p>Salimans et al., "Improved Techniques for Training GANs", NeurIPS 2016, section 4. A split needs no more of its samples than their
 * number, the sum of p and the sum of p·log p, because E KL = E Σ p log p − Σ p(y) log p(y). Not thread-safe.
 */
public final class InceptionScore implements AutoCloseable {

    private final long count;
    private final int splits;
    private final Tensor probabilities; // [splits, classes], sums
    private final double[] negativeEntropies; // sums of Σ p log p
    private final long[] seen;

    /**
     * Of no samples yet.
     *
     * @param count how many there will be; split i holds those from {@code i·count/splits} on
     * @param splits 10 in the paper
     */
    public InceptionScore(long count, int splits, int classes) {
        require(splits >= 1 && splits <= count, "%s samples cannot be split into %s", count, splits);
        this.count = count;
        this.splits = splits;
        negativeEntropies = new double[splits];
        seen = new long[splits];
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            probabilities = torch.zeros(new long[] {splits, classes}, new TensorOptions(ScalarType.Double));
            probabilities.retainReference();
        }
    }

    /**
     * Takes samples in.
     *
     * @param first the index of the first of them
     * @param logits {@code [batch, classes]} of any float dtype, borrowed
     */
    public void add(long first, Tensor logits) {
        long end = first + logits.size(0);
        require(0 <= first && end <= count, "samples %s to %s are not among %s", first, end - 1, count);
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor logP = logits.to(ScalarType.Double).log_softmax(1);
            Tensor p = logP.exp();
            Tensor each = p.mul(logP).sum(1);
            for (int i = 0; i < splits; i++) {
                long from = Math.max(first, begin(i));
                long length = Math.min(end, begin(i + 1)) - from;
                if (length > 0) {
                    probabilities
                            .select(0, i)
                            .add_(p.narrow(0, from - first, length).sum(0));
                    negativeEntropies[i] +=
                            each.narrow(0, from - first, length).sum().item_double();
                    seen[i] += length;
                }
            }
        }
    }

    private long begin(int split) {
        return split * count / splits;
    }

    /** Takes in all that another with the same count and splits has gathered. */
    public void merge(InceptionScore other) {
        require(
                other.count == count && other.splits == splits,
                "scores of %s samples in %s splits and of %s in %s do not merge",
                count,
                splits,
                other.count,
                other.splits);
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            probabilities.add_(other.probabilities);
        }
        for (int i = 0; i < splits; i++) {
            negativeEntropies[i] += other.negativeEntropies[i];
            seen[i] += other.seen[i];
        }
    }

    /**
     * The score of the splits; higher is better, at most the number of classes.
     *
     * @throws IllegalStateException if samples are missing or came twice
     */
    public Spread score() {
        double[] scores = new double[splits];
        for (int i = 0; i < splits; i++) {
            long size = begin(i + 1) - begin(i);
            if (seen[i] != size) {
                throw new IllegalStateException(
                        "split " + i + " has " + size + " samples, but " + seen[i] + " were taken in");
            }
            scores[i] = Math.exp(negativeEntropies[i] / size - negativeEntropy(i, size));
        }
        return Spread.of(scores);
    }

    private double negativeEntropy(int split, long size) {
        try (PointerScope scope = new PointerScope()) {
            double[] sums = Tensors.toArray(probabilities.select(0, split));
            return Arrays.stream(sums)
                    .map(sum -> sum / size)
                    .filter(p -> p > 0)
                    .map(p -> p * Math.log(p))
                    .sum();
        }
    }

    @Override
    public void close() {
        probabilities.close();
    }
}
