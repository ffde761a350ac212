package org.diffusion4j.image;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.diffusion4j.sample.SampleSettings;

/**
 * Which samples are drawn: sample i of a seed is the same picture whatever {@code count} and {@code batchSize} are.
 *
 * @param settings how
 * @param count how many, at least 1
 * @param seed of all samples; sample i has the noise stream (seed, i)
 * @param labels the class of sample i is entry i, the list being repeated as needed; empty for every class in turn
 * @param batchSize how many go through the network at once; a matter of memory and speed, not of the pictures
 */
public record Draw(SampleSettings settings, int count, long seed, List<Integer> labels, int batchSize) {

    private static final int BATCH = 64;

    public Draw {
        require(count >= 1, "count must be at least 1, was %s", count);
        require(batchSize >= 1, "the batch size must be at least 1, was %s", batchSize);
        labels = List.copyOf(labels);
    }

    /** So many samples by DDIM in 50 steps, seed 0, every class in turn. */
    public static Draw of(int count) {
        return new Draw(SampleSettings.ddim(50), count, 0, List.of(), BATCH);
    }

    public Draw with(SampleSettings settings) {
        return new Draw(settings, count, seed, labels, batchSize);
    }

    public Draw withCount(int count) {
        return new Draw(settings, count, seed, labels, batchSize);
    }

    public Draw withSeed(long seed) {
        return new Draw(settings, count, seed, labels, batchSize);
    }

    /** Of this class only, or of these in turn. */
    public Draw withLabels(Integer... labels) {
        return withLabels(List.of(labels));
    }

    /** Of these classes in turn; none for every class in turn. */
    public Draw withLabels(List<Integer> labels) {
        return new Draw(settings, count, seed, labels, batchSize);
    }

    public Draw withBatchSize(int batchSize) {
        return new Draw(settings, count, seed, labels, batchSize);
    }

    /** The class of sample i among so many classes. */
    public int label(int i, int classes) {
        return labels.isEmpty() ? i % classes : labels.get(i % labels.size());
    }
}
