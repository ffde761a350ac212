package org.diffusion4j.text;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Rows of tokens of one length, and which of them are in a batch: by chance from (seed, k) alone, or all in turn, as for validation.
 *
 * @param batchSize as {@link #of} has it
 */
record TokenRows(List<int[]> rows, int batchSize, long seed, boolean inTurn) {

    /** In turn no batch has a row twice. */
    static TokenRows of(List<int[]> rows, int batchSize, long seed, boolean inTurn) {
        return new TokenRows(rows, inTurn ? Math.min(batchSize, rows.size()) : batchSize, seed, inTurn);
    }

    /** Tokens of a row. */
    int length() {
        return rows.get(0).length;
    }

    /** The random numbers of batch k. */
    SplittableRandom random(long k) {
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + k);
    }

    /** Puts the i-th row of batch k into the batch's tokens and returns its number. */
    int put(long k, int i, SplittableRandom random, long[] tokens) {
        int at = inTurn ? Math.toIntExact((k * batchSize + i) % rows.size()) : random.nextInt(rows.size());
        int[] row = rows.get(at);
        for (int j = 0; j < row.length; j++) {
            tokens[i * row.length + j] = row[j];
        }
        return at;
    }
}
