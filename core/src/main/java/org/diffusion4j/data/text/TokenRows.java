package org.diffusion4j.data.text;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Rows of tokens of one length, and which of them are in a batch: by chance from (seed, k) alone, or all in turn, as for validation.
 *
 * @param rows at least one, all of one length
 * @param batchSize as {@link #of} has it
 * @param seed by which batches differ
 * @param inTurn whether all rows come in turn
 */
public record TokenRows(List<int[]> rows, int batchSize, long seed, boolean inTurn) {

    /** In turn no batch has a row twice. */
    public static TokenRows of(List<int[]> rows, int batchSize, long seed, boolean inTurn) {
        return new TokenRows(rows, inTurn ? Math.min(batchSize, rows.size()) : batchSize, seed, inTurn);
    }

    /** Tokens of a row. */
    public int length() {
        return rows.get(0).length;
    }

    /** The random numbers of batch k. */
    public SplittableRandom random(long k) {
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + k);
    }

    /**
     * Puts a row into the tokens of a batch.
     *
     * @param k the batch
     * @param i which of its rows, from 0
     * @param random of {@link #random}
     * @param tokens of the whole batch, row after row
     * @return the number of the row
     */
    public int put(long k, int i, SplittableRandom random, long[] tokens) {
        int at = inTurn ? Math.toIntExact((k * batchSize + i) % rows.size()) : random.nextInt(rows.size());
        int[] row = rows.get(at);
        for (int j = 0; j < row.length; j++) {
            tokens[i * row.length + j] = row[j];
        }
        return at;
    }
}
