package org.diffusion4j.text.control;

import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.text.Phrase;
import org.diffusion4j.data.text.PhraseGrammar;
import org.diffusion4j.data.text.PosTagger;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.data.text.TextLayout;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.data.text.TokenRows;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;

/**
 * Texts with what a classifier is to recognise in them: their facts, the parts of speech of their words and, of some groups of neighbouring
 * words, which phrase they are. Half of these groups are phrases; the others lie where another text has a phrase, so that where a group lies
 * says nothing of what it is. Which are in batch k follows from (seed, k) alone.
 *
 * <p>Threads: may be shared.
 */
final class ControlExamples implements Examples {

    /** How many groups of words of each text are looked at. */
    static final int GROUPS = 8;

    private static final byte NO_TAG = -1;

    private final TokenRows rows;
    private final List<Labels> labels;
    private final int embedding;
    private final String fingerprint;

    /**
     * Those of a text.
     *
     * @param tags of each token of its row, {@link #NO_TAG} where none is known
     * @param places of its phrases, ascending
     * @param phrases their labels
     */
    private record Labels(long[] facts, byte[] tags, long[] places, byte[] phrases) {

        int phraseAt(long place) {
            int found = Arrays.binarySearch(places, place);
            return found < 0 ? 0 : phrases[found];
        }
    }

    /** Of texts, one a row; for validation in turn. */
    ControlExamples(
            List<TextItem> items,
            ControlLabels known,
            TextModel model,
            int batchSize,
            long seed,
            boolean inTurn,
            String fingerprint) {
        int length = model.recipe().data().length();
        List<int[]> tokens = TextLayout.PAD.rows(
                model.vocabulary(), items.stream().map(TextItem::text).toList(), length);
        rows = TokenRows.of(tokens, batchSize, seed, inTurn);
        TextUnit unit = model.vocabulary().unit();
        labels = items.stream().map(item -> labels(item, known, unit, length)).toList();
        embedding = model.recipe().model().embedding();
        this.fingerprint = fingerprint;
    }

    private static Labels labels(TextItem item, ControlLabels known, TextUnit unit, int length) {
        long[] facts = known.facts().classes(item);
        if (!known.hasTags()) {
            return new Labels(facts, new byte[0], new long[0], new byte[0]);
        }
        PosTagger tagger = known.tagger();
        List<String> words = unit.split(item.text());
        List<String> found = tagger.tag(words);
        int fitting = Math.min(words.size(), length - 1); // after START
        byte[] tags = new byte[length];
        Arrays.fill(tags, NO_TAG);
        for (int i = 0; i < fitting; i++) {
            if (tagger.knows(words.get(i))) {
                tags[1 + i] = (byte) known.tag(found.get(i));
            }
        }
        NavigableMap<Long, Integer> phrases = new TreeMap<>();
        for (Phrase phrase : PhraseGrammar.phrases(words, found)) {
            if (phrase.last() < fitting) {
                phrases.putIfAbsent(place(1 + phrase.first(), 1 + phrase.last()), known.phrase(phrase.label()));
            }
        }
        byte[] kinds = new byte[phrases.size()];
        int at = 0;
        for (int kind : phrases.values()) {
            kinds[at++] = (byte) kind;
        }
        return new Labels(
                facts, tags, phrases.keySet().stream().mapToLong(place -> place).toArray(), kinds);
    }

    /** Of the positions of the first and the last token. */
    private static long place(int first, int last) {
        return ((long) first << 32) | last;
    }

    @Override
    public Batch batch(long k) {
        SplittableRandom random = rows.random(k);
        int batchSize = rows.batchSize();
        int length = rows.length();
        Labels any = labels.get(0);
        long[] tokens = new long[batchSize * length];
        long[] facts = new long[batchSize * any.facts.length];
        long[] tags = new long[batchSize * any.tags.length];
        long[] groups = new long[any.tags.length == 0 ? 0 : batchSize * GROUPS * 3];
        for (int i = 0; i < batchSize; i++) {
            Labels own = labels.get(rows.put(k, i, random, tokens));
            System.arraycopy(own.facts, 0, facts, i * own.facts.length, own.facts.length);
            for (int j = 0; j < own.tags.length; j++) {
                tags[i * length + j] = own.tags[j] == NO_TAG ? ControlLoss.PASSED_OVER : own.tags[j];
            }
            if (groups.length > 0) {
                draw(own, random, groups, i * GROUPS * 3);
            }
        }
        return new OfTexts(k, batchSize, length, embedding, tokens, facts, tags, groups);
    }

    /** Positions of the first and the last token of each group, and its label: 0 for none. */
    private void draw(Labels own, SplittableRandom random, long[] groups, int from) {
        for (int group = 0; group < GROUPS; group++) {
            Labels other = labels.get(random.nextInt(labels.size()));
            long[] places = group % 2 == 0 || other.places.length == 0 ? own.places : other.places;
            long place = places.length == 0 ? place(1, 1) : places[random.nextInt(places.length)];
            int at = from + 3 * group;
            groups[at] = place >> 32;
            groups[at + 1] = (int) place;
            groups[at + 2] = own.phraseAt(place);
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

    private record OfTexts(
            long index, int texts, int length, int embedding, long[] tokens, long[] facts, long[] tags, long[] groups)
            implements Batch {

        /** Zeros: embeddings are the model's, and the loss only needs noise of this shape. */
        @Override
        public Tensor x0() {
            return torch.zeros(texts, ControlLoss.NOISES, length, embedding);
        }

        @Override
        public Condition condition() {
            Condition all = Condition.of(ControlLoss.TOKENS, Tensors.of(tokens, texts, length));
            if (facts.length > 0) {
                all = all.with(ControlLoss.FACTS, Tensors.of(facts, texts, facts.length / texts));
            }
            if (tags.length > 0) {
                all = all.with(ControlLoss.TAGS, Tensors.of(tags, texts, length))
                        .with(ControlLoss.GROUPS, Tensors.of(groups, texts, GROUPS, 3));
            }
            return all;
        }

        @Override
        public void close() {} // it holds no native memory
    }
}
