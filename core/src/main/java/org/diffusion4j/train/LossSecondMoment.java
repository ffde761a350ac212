package org.diffusion4j.train;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Importance sampling of times: p ∝ √E[L²], estimated from the last losses of each time, which takes most of the noise out of the
 * gradient of L_vlb.
 *
 * <p>Nichol, Dhariwal, "Improved Denoising Diffusion Probabilistic Models", ICML 2021, section 3.3. All times are alike until each has
 * its history, in the paper ten losses; later a share of the probability stays uniform, a thousandth in their code, so that no time is
 * forgotten. Not thread-safe.
 */
final class LossSecondMoment implements TimeSampler {

    private static final int HISTORY = 10;
    private static final double UNIFORM_SHARE = 0.001;

    private final int total;
    private final int history;
    private final double uniformShare;
    private final double[] losses; // the last losses of each time, the oldest first
    private final int[] counts;

    /** As in the paper and its code. */
    LossSecondMoment(int total) {
        this(total, null, null);
    }

    /**
     * @param history how many losses of each time are kept; null for ten
     * @param uniformShare of the probability, in [0, 1]; null for a thousandth
     */
    LossSecondMoment(int total, @Nullable Integer history, @Nullable Double uniformShare) {
        this.total = total;
        this.history = history == null ? HISTORY : history;
        this.uniformShare = uniformShare == null ? UNIFORM_SHARE : uniformShare;
        losses = new double[total * this.history];
        counts = new int[total];
    }

    @Override
    public Drawn draw(SplittableRandom random, int count) {
        double[] probabilities = probabilities();
        double[] upTo = probabilities.clone();
        Arrays.parallelPrefix(upTo, Double::sum);
        double[] times = new double[count];
        double[] weights = new double[count];
        for (int i = 0; i < count; i++) {
            int found = Arrays.binarySearch(upTo, random.nextDouble() * upTo[total - 1]);
            int t = Math.min(total - 1, found < 0 ? -found - 1 : found + 1); // the first whose sum lies above
            times[i] = t;
            weights[i] = 1 / (total * probabilities[t]);
        }
        return new Drawn(times, weights);
    }

    /** T: times are 0 … T − 1. */
    int timesteps() {
        return total;
    }

    /** The probability of each time. */
    double[] probabilities() {
        double[] p = new double[total];
        Arrays.fill(p, 1.0 / total);
        if (!isWarm()) {
            return p;
        }
        double sum = 0;
        for (int t = 0; t < total; t++) {
            double squares = 0;
            for (int k = 0; k < history; k++) {
                squares += losses[t * history + k] * losses[t * history + k];
            }
            p[t] = Math.sqrt(squares / history);
            sum += p[t];
        }
        for (int t = 0; t < total; t++) {
            p[t] = (1 - uniformShare) * p[t] / sum + uniformShare / total;
        }
        return p;
    }

    /** Whether each time has a whole history. */
    boolean isWarm() {
        return Arrays.stream(counts).allMatch(count -> count == history);
    }

    @Override
    public void learn(double[] times, Tensor losses) {
        double[] values = Tensors.toArray(losses);
        for (int i = 0; i < times.length; i++) {
            learn((int) times[i], values[i]);
        }
    }

    void learn(int t, double loss) {
        int first = t * history;
        if (counts[t] == history) {
            System.arraycopy(losses, first + 1, losses, first, history - 1);
            losses[first + history - 1] = loss;
        } else {
            losses[first + counts[t]++] = loss;
        }
    }

    @Override
    public Map<String, Tensor> state() {
        double[] seen = Arrays.stream(counts).asDoubleStream().toArray();
        return Map.of("losses", Tensors.of(losses), "counts", Tensors.of(seen));
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        double[] seenLosses = numbers(state, "losses");
        System.arraycopy(seenLosses, 0, losses, 0, losses.length);
        double[] seen = numbers(state, "counts");
        Arrays.setAll(counts, t -> (int) seen[t]);
    }

    private static double[] numbers(Map<String, Tensor> state, String name) {
        return Tensors.toArray(Objects.requireNonNull(state.get(name), name));
    }
}
