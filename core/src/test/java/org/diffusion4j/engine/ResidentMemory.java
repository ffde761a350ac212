package org.diffusion4j.engine;

import org.bytedeco.javacpp.Pointer;

/** Says whether work that is done again and again loses memory. */
public final class ResidentMemory {

    private static final int ROUNDS = 3;

    private ResidentMemory() {}

    /**
     * By how many bytes the process grew in the quietest of up to three rounds; the first that stays below {@code allowed} is the last. What
     * is lost in each call grows in every round; Java's own heap and code, and what the allocator keeps, grow in some.
     *
     * @param round the work, after it has been done often enough for what it keeps by design
     */
    public static long growth(long allowed, Runnable round) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS && least >= allowed; i++) {
            long before = Pointer.physicalBytes();
            round.run();
            least = Math.min(least, Pointer.physicalBytes() - before);
        }
        return least;
    }
}
