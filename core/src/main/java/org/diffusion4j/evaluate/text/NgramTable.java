package org.diffusion4j.evaluate.text;

import java.util.Arrays;

/**
 * Counts of n-grams in a sorted array: an n-gram is its tokens in a long, 16 bits each, the first highest. The n-grams of one context then
 * lie beside each other.
 */
final class NgramTable {

    /** Bits of a token. */
    static final int BITS = 16;

    private final long[] keys;
    private final long[] countsBefore; // of entry i: the sum of the counts of those before
    private final double discount;

    /**
     * Counts.
     *
     * @param occurrences in any order; is sorted in place
     */
    NgramTable(long[] occurrences) {
        Arrays.sort(occurrences);
        long[] different = new long[occurrences.length];
        long[] before = new long[occurrences.length + 1];
        int size = 0;
        for (int i = 0; i < occurrences.length; i++) {
            if (i == 0 || occurrences[i] != occurrences[i - 1]) {
                before[size] = i;
                different[size++] = occurrences[i];
            }
        }
        before[size] = occurrences.length;
        keys = Arrays.copyOf(different, size);
        countsBefore = Arrays.copyOf(before, size + 1);
        discount = discount();
    }

    /** n1/(n1 + 2·n2) of how many occur once and twice (Ney, Essen, Kneser 1994, equation 23). */
    private double discount() {
        long once = 0;
        long twice = 0;
        for (int i = 0; i < keys.length; i++) {
            long count = countsBefore[i + 1] - countsBefore[i];
            once += count == 1 ? 1 : 0;
            twice += count == 2 ? 1 : 0;
        }
        return once == 0 ? 0.5 : (double) once / (once + 2 * twice);
    }

    /** All n-grams without their first token, each once for each different n-gram: the occurrences of the next lower order. */
    long[] continuations(int n) {
        long mask = (1L << (BITS * (n - 1))) - 1;
        return Arrays.stream(keys).map(key -> key & mask).toArray();
    }

    /**
     * Interpolated with the next lower order.
     *
     * @param context the tokens before, packed
     * @param lower the probability that the lower order gives
     */
    double probability(long context, int token, double lower) {
        int first = firstAtLeast(context << BITS);
        int end = firstAtLeast((context << BITS) + (1L << BITS));
        long all = countsBefore[end] - countsBefore[first];
        if (all == 0) {
            return lower;
        }
        int at = Arrays.binarySearch(keys, first, end, (context << BITS) | token);
        long count = at < 0 ? 0 : countsBefore[at + 1] - countsBefore[at];
        return (Math.max(0, count - discount) + discount * (end - first) * lower) / all;
    }

    private int firstAtLeast(long key) {
        int at = Arrays.binarySearch(keys, key);
        return at < 0 ? -at - 1 : at;
    }
}
