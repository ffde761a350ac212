package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.text.Phrase;
import org.diffusion4j.data.text.PhraseGrammar;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.text.TextClassifier;

/** A phrase in a place. A text meets it where the grammar finds that phrase over the tags of the tagger. */
record SpanGoal(Phrase phrase) implements ControlGoal {

    SpanGoal {
        require(
                phrase.first() >= 0 && phrase.first() <= phrase.last(),
                "a span has its first word, from 0, and then its last, were %s and %s",
                phrase.first(),
                phrase.last());
    }

    static SpanGoal parse(String value) {
        String[] parts = value.split(",", -1);
        require(
                parts.length == 3
                        && parts[0].strip().matches("\\d{1,6}")
                        && parts[1].strip().matches("\\d{1,6}"),
                "a span is FIRST,LAST,LABEL with the numbers of its words from 0, such as span=10,12,PP, was '%s'",
                value);
        return new SpanGoal(
                new Phrase(Integer.parseInt(parts[0].strip()), Integer.parseInt(parts[1].strip()), parts[2].strip()));
    }

    @Override
    public String kind() {
        return SPAN;
    }

    @Override
    public void requireKnown(ControlLabels labels, int most) {
        labels.phrase(phrase.label());
        require(
                phrase.last() < most,
                "the span %s,%s lies outside of a text of at most %s words, which are counted from 0",
                phrase.first(),
                phrase.last(),
                most);
    }

    @Override
    public Tensor surprise(TextClassifier classifier, ControlLabels labels, Tensor features) {
        Tensor positions = Tensors.of(new long[] {1 + phrase.first(), 1 + phrase.last()}, 1, 1, 2)
                .expand(features.size(0), -1, -1); // the first position is START
        return classifier
                .ofPhrases(features, positions)
                .log_softmax(2)
                .select(2, labels.phrase(phrase.label()))
                .sum()
                .neg();
    }

    @Override
    public double metBy(String text, TextUnit unit, ControlLabels labels) {
        List<String> words = unit.split(text);
        return PhraseGrammar.phrases(words, labels.tagger().tag(words)).contains(phrase) ? 1 : 0;
    }

    @Override
    public String toString() {
        return SPAN + "=" + phrase.first() + "," + phrase.last() + "," + phrase.label();
    }
}
