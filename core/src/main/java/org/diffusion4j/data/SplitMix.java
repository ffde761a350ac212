package org.diffusion4j.data;

/**
 * A small random stream that gives the same numbers on every machine and every version of Java.
 *
 * <p>Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014: SplitMix64. Not thread-safe.
 * Noise is drawn by another generator, whose numbers are found by their place; this one, which is drawn in turn, stays because the order
 * of examples, splits and drawn digits of every seed follow from it.
 */
public final class SplitMix {

    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    /** The stream of a key; keys that differ anywhere give unrelated streams. */
    public SplitMix(long... key) {
        for (long part : key) {
            state = mix(state + GOLDEN_GAMMA ^ part);
        }
    }

    public long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** Uniform in 0 … bound − 1. */
    public int below(int bound) {
        return (int) ((next() >>> 32) * bound >>> 32);
    }

    /** Uniform in [0, 1). */
    public double uniform() {
        return (next() >>> 11) * 0x1p-53;
    }

    /** Bell-shaped, mean 0, variance 1, never beyond ±3: three uniforms added, so exact on every machine. */
    public double bell() {
        return 2 * (uniform() + uniform() + uniform()) - 3;
    }

    /** A uniformly random order of 0 … n − 1. */
    int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = below(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
