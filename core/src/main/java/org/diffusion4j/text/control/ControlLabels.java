package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.diffusion4j.data.text.FactTable;
import org.diffusion4j.data.text.PhraseGrammar;
import org.diffusion4j.data.text.PosTagger;
import org.diffusion4j.data.text.TaggedText;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.nn.text.TextClassifier;
import org.jspecify.annotations.Nullable;

/** What the classifiers of controls know: facts and, where there are tagged texts, parts of speech and phrases. Immutable. */
public final class ControlLabels {

    private static final int NO_PHRASE = 1; // before the phrases
    private static final int PARTS = 10;

    private final FactTable facts;
    private final List<TaggedText> tagged;
    private final @Nullable PosTagger tagger;

    /**
     * Of facts and tagged texts.
     *
     * @param facts may be empty
     * @param tagged may be empty
     * @throws IllegalArgumentException if both are
     */
    public ControlLabels(FactTable facts, List<TaggedText> tagged) {
        require(
                facts.outputs() > 0 || !tagged.isEmpty(),
                "there is nothing to control by: the texts have no facts, which are written 'food : Italian | area : city||text',"
                        + " and data.tagged names no file of tagged texts");
        this.facts = facts;
        this.tagged = List.copyOf(tagged);
        tagger = tagged.isEmpty() ? null : new PosTagger(tagged);
        require(
                tagger == null || tagger.tags().size() <= Byte.MAX_VALUE,
                "the tagged texts have more than %s parts of speech",
                Byte.MAX_VALUE);
    }

    /** The facts and their values; empty for none. */
    public FactTable facts() {
        return facts;
    }

    /** The texts from which parts of speech were learned; empty for none. */
    public List<TaggedText> tagged() {
        return tagged;
    }

    /** Whether parts of speech and phrases are known. */
    public boolean hasTags() {
        return tagger != null;
    }

    /**
     * Tells parts of speech.
     *
     * @throws IllegalArgumentException if none are known
     */
    public PosTagger tagger() {
        require(
                tagger != null,
                "the controls know no parts of speech and no spans; train them with data.tagged, a file of tagged texts");
        return tagger;
    }

    /**
     * The share of words of which the tagger finds the part of speech in texts that it did not learn from, in ten parts in turn.
     *
     * @return NaN where there are fewer than ten texts
     */
    public double taggerAccuracy() {
        return tagged.size() < PARTS ? Double.NaN : PosTagger.accuracy(tagged, PARTS);
    }

    /**
     * The number of a part of speech.
     *
     * @throws IllegalArgumentException if it is not known; the message has those that are
     */
    int tag(String name) {
        List<String> known = tagger().tags();
        return known.indexOf(DidYouMean.choose("part of speech", name, known));
    }

    /**
     * The number of a label of phrases, from 1; 0 is that of no phrase.
     *
     * @throws IllegalArgumentException if it is not known; the message has those that are
     */
    int phrase(String label) {
        tagger();
        return NO_PHRASE
                + PhraseGrammar.LABELS.indexOf(DidYouMean.choose("label of spans", label, PhraseGrammar.LABELS));
    }

    TextClassifier.Outputs outputs() {
        return new TextClassifier.Outputs(
                facts.outputs(),
                tagger == null ? 0 : tagger.tags().size(),
                tagger == null ? 0 : NO_PHRASE + PhraseGrammar.LABELS.size());
    }
}
