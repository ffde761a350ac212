package org.diffusion4j.evaluate;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Which of many are taken. */
public final class RandomRows {

    private RandomRows() {}

    /** So many of 0 … all − 1, none twice, in a random order; fewer of the same seed are the first of more. */
    public static int[] of(int all, int count, long seed) {
        return of(all, count, new SplittableRandom(seed));
    }

    /** The same, of the random numbers that come next. */
    static int[] of(int all, int count, SplittableRandom random) {
        int[] rows = IntStream.range(0, all).toArray();
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i, all);
            int row = rows[j];
            rows[j] = rows[i];
            rows[i] = row;
        }
        return Arrays.copyOf(rows, count);
    }
}
