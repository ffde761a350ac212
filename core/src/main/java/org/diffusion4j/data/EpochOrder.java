package org.diffusion4j.data;

import static org.diffusion4j.engine.Require.require;

/**
 * The endless sequence of examples that a seed makes of a data set: epoch follows epoch, each a new random order of all examples. Item k
 * depends on (size, seed, k) alone, which is what makes a resumed training see what it would have seen.
 *
 * <p>Threads: may be shared.
 */
public final class EpochOrder {

    private final int size;
    private final long seed;
    private volatile Epoch epoch;

    private record Epoch(long number, int[] order) {}

    /**
     * Says which order.
     *
     * @param size how many examples there are, from 1
     */
    public EpochOrder(int size, long seed) {
        require(size >= 1, "an order needs at least 1 example, was %s", size);
        this.size = size;
        this.seed = seed;
        epoch = newEpoch(0);
    }

    /**
     * One place of the sequence.
     *
     * @param index of the example, from 0
     * @param mirrored one or the other by chance, anew in each epoch, for data that may be mirrored
     */
    public record Item(int index, boolean mirrored) {}

    /**
     * Item {@code k}.
     *
     * @param k from 0
     */
    public Item item(long k) {
        Epoch now = epoch(k / size);
        int index = now.order[(int) (k % size)];
        return new Item(index, new SplitMix(seed, now.number, 1, index).next() < 0);
    }

    /** The order of an epoch; the last one used is kept. */
    private Epoch epoch(long number) {
        Epoch last = epoch;
        if (last.number != number) {
            last = newEpoch(number);
            epoch = last;
        }
        return last;
    }

    private Epoch newEpoch(long number) {
        return new Epoch(number, new SplitMix(seed, number, 0).permutation(size));
    }
}
