package org.diffusion4j.text;

import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.text.FactTable;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.data.text.TextLayout;
import org.diffusion4j.data.text.Vocabulary;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;

/**
 * Texts and their facts as examples. Which are in batch k follows from (seed, k) alone.
 *
 * <p>Threads: may be shared.
 */
final class ControlExamples implements Examples {

    private final TokenRows rows;
    private final List<long[]> classes;
    private final int embedding;
    private final String fingerprint;

    /** Of texts, one a row; for validation in turn. */
    ControlExamples(
            List<TextItem> items,
            FactTable facts,
            Vocabulary vocabulary,
            TextRecipe recipe,
            int batchSize,
            long seed,
            boolean inTurn,
            String fingerprint) {
        List<int[]> tokens = TextLayout.PAD.rows(
                vocabulary,
                items.stream().map(TextItem::text).toList(),
                recipe.data().length());
        rows = TokenRows.of(tokens, batchSize, seed, inTurn);
        classes = items.stream().map(facts::classes).toList();
        embedding = recipe.model().embedding();
        this.fingerprint = fingerprint;
    }

    @Override
    public Batch batch(long k) {
        SplittableRandom random = rows.random(k);
        int batchSize = rows.batchSize();
        int length = rows.length();
        int facts = classes.get(0).length;
        long[] tokens = new long[batchSize * length];
        long[] told = new long[batchSize * facts];
        for (int i = 0; i < batchSize; i++) {
            int at = rows.put(k, i, random, tokens);
            System.arraycopy(classes.get(at), 0, told, i * facts, facts);
        }
        return new OfTexts(k, batchSize, length, embedding, tokens, told);
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

    private record OfTexts(long index, int texts, int length, int embedding, long[] tokens, long[] facts)
            implements Batch {

        /** Zeros, as of {@link TextExamples}. */
        @Override
        public Tensor x0() {
            return torch.zeros(texts, TextLoss.NOISES, length, embedding);
        }

        @Override
        public Condition condition() {
            return Condition.of(TextLoss.TOKENS, Tensors.of(tokens, texts, length))
                    .with(ControlLoss.FACTS, Tensors.of(facts, texts, facts.length / texts));
        }

        @Override
        public void close() {} // it holds no native memory
    }
}
