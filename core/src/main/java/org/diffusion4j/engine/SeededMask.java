package org.diffusion4j.engine;

import static org.diffusion4j.engine.Require.require;

import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Masks of dropout that depend on (seed, layer, row of the batch, place in the row) alone: not on the number of threads, or on what
 * another thread draws.
 *
 * <p>{@link Philox} with the seed as key and (block, layer, row) as counter; each of its words decides of one value.
 */
public final class SeededMask {

    private static final int WORDS = 4;
    private static final int PIECE = 1024 * WORDS;

    private SeededMask() {}

    /**
     * What {@code x} is multiplied by.
     *
     * @param x {@code [batch, …]}, borrowed; of its memory layout the mask is, and in the order of memory its places are counted
     * @param probability of a value to be dropped, in [0, 1)
     * @param layer which of the masks of that seed
     * @param firstRow the number of the first row of x in the batch, where x is a part of it
     * @return 0 where a value is dropped, elsewhere 1 / (1 − probability); dtype of x, made in the caller's scope
     */
    public static Tensor like(Tensor x, double probability, long seed, int layer, int firstRow) {
        require(probability >= 0 && probability < 1, "a share to drop must lie in [0, 1), was %s", probability);
        Libtorch.start();
        return Scoped.result(() -> {
            Tensor mask = Tensors.emptyOnCpu(x, ScalarType.Float);
            int rows = Math.toIntExact(x.size(0));
            fill(
                    mask.createBuffer(),
                    Math.toIntExact(mask.numel()) / Math.max(rows, 1),
                    rows,
                    probability,
                    seed,
                    layer,
                    firstRow);
            return mask.to(x);
        });
    }

    /** {@link #like(Tensor, double, long, int, int)} of a whole batch. */
    public static Tensor like(Tensor x, double probability, long seed, int layer) {
        return like(x, probability, seed, layer, 0);
    }

    /** Fills the rows in pieces, by as many threads as there are. */
    private static void fill(
            FloatBuffer mask, int perRow, int rows, double probability, long seed, int layer, int firstRow) {
        long dropped = Math.round(probability * 0x1p32); // of 2³² words
        float kept = (float) (1 / (1 - probability));
        int pieces = (perRow + PIECE - 1) / PIECE;
        IntStream.range(0, rows * pieces).parallel().forEach(k -> {
            int row = k / pieces;
            int from = k % pieces * PIECE;
            int to = Math.min(from + PIECE, perRow);
            int[] words = new int[WORDS];
            for (int i = from; i < to; i += WORDS) {
                Philox.block(seed, i / WORDS, layer, firstRow + row, 0, words);
                for (int j = 0; j < WORDS && i + j < to; j++) {
                    mask.put(row * perRow + i + j, (words[j] & 0xFFFFFFFFL) < dropped ? 0 : kept);
                }
            }
        });
    }
}
