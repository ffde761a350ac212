package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.text.TokenRows;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;

/**
 * Rows of tokens as examples. Which rows are in batch k, and which of their positions are given, follows from (seed, k) alone.
 *
 * <p>Threads: may be shared.
 */
final class TextExamples implements Examples {

    private final TokenRows rows;
    private final int embedding;
    private final double infilling;
    private final String fingerprint;

    /**
     * Of rows of one length.
     *
     * @param embedding numbers that a token is
     * @param infilling share of examples of which a part is given, in [0, 1]
     * @param inTurn whether all rows come in turn and none is given, as for validation
     */
    TextExamples(
            List<int[]> rows,
            int embedding,
            double infilling,
            int batchSize,
            long seed,
            boolean inTurn,
            String fingerprint) {
        require(!rows.isEmpty(), "the texts are too short for a single row; lower data.length");
        this.rows = TokenRows.of(rows, batchSize, seed, inTurn);
        this.embedding = embedding;
        this.infilling = inTurn ? 0 : infilling;
        this.fingerprint = fingerprint;
    }

    /** All rows, int64 {@code [rows, length]}, made in the caller's scope. */
    Tensor tokens() {
        return Tensors.of(
                rows.rows().stream().flatMapToInt(Arrays::stream).asLongStream().toArray(),
                rows.rows().size(),
                rows.length());
    }

    @Override
    public Batch batch(long k) {
        SplittableRandom random = rows.random(k);
        int length = rows.length();
        long[] tokens = new long[rows.batchSize() * length];
        long[] given = new long[tokens.length];
        for (int i = 0; i < rows.batchSize(); i++) {
            rows.put(k, i, random, tokens);
            if (infilling > 0 && random.nextDouble() < infilling) {
                give(random, given, i * length, length);
            }
        }
        return new OfRows(k, rows.batchSize(), length, embedding, tokens, infilling > 0 ? given : new long[0]);
    }

    /** Gives a beginning to every second text, to the others each position with a probability of their own. */
    private static void give(SplittableRandom random, long[] given, int from, int length) {
        if (random.nextBoolean()) {
            int prefix = 1 + random.nextInt(length - 1);
            for (int j = 0; j < prefix; j++) {
                given[from + j] = 1;
            }
        } else {
            double share = random.nextDouble();
            for (int j = 0; j < length; j++) {
                given[from + j] = random.nextDouble() < share ? 1 : 0;
            }
        }
    }

    @Override
    public int batchSize() {
        return rows.batchSize();
    }

    @Override
    public long size() {
        return rows.rows().size();
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    private record OfRows(long index, int texts, int length, int embedding, long[] tokens, long[] given)
            implements Batch {

        /** Zeros: embeddings are the network's, and the loss only needs noise of this shape. */
        @Override
        public Tensor x0() {
            return torch.zeros(texts, TextLoss.NOISES, length, embedding);
        }

        @Override
        public Condition condition() {
            Condition tokensAlone = Condition.of(TextLoss.TOKENS, Tensors.of(tokens, texts, length));
            return given.length == 0
                    ? tokensAlone
                    : tokensAlone.with(
                            TextLoss.GIVEN, Tensors.of(given, texts, length, 1).ne(new Scalar(0)));
        }

        @Override
        public void close() {} // it holds no native memory
    }
}
