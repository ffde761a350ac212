package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.data.text.Vocabulary;
import org.diffusion4j.evaluate.text.BleuReferences;
import org.diffusion4j.evaluate.text.NgramModel;

/** What texts are measured against: the texts that a model learned from, and others. Immutable; may be shared by threads. */
public final class TextReference {

    private static final int ORDER = 3;

    private final Vocabulary vocabulary;
    private final List<String> heldOut;
    private final BleuReferences references;
    private final NgramModel fluency;
    private final Set<String> training;

    /**
     * Of a corpus.
     *
     * @param vocabulary of the model whose texts are measured
     * @throws IllegalArgumentException if it has no held-out texts
     */
    public TextReference(Vocabulary vocabulary, TextCorpus corpus) {
        require(
                !corpus.heldOut().isEmpty(),
                "texts are measured against held-out ones, and there are none; name their file in data.heldOut of the recipe");
        this.vocabulary = vocabulary;
        heldOut = corpus.heldOutTexts();
        references = new BleuReferences(heldOut.stream().map(this::tokens).toList());
        fluency = new NgramModel(
                corpus.trainingTexts().stream().map(vocabulary::numbers).toList(), vocabulary.size(), ORDER);
        training = new HashSet<>(corpus.trainingTexts());
    }

    /** Texts that nothing learned from. */
    public List<String> heldOut() {
        return heldOut;
    }

    List<String> tokens(String text) {
        return vocabulary.unit().split(text);
    }

    int[] numbers(String text) {
        return vocabulary.numbers(text);
    }

    BleuReferences references() {
        return references;
    }

    NgramModel fluency() {
        return fluency;
    }

    boolean isTrainingText(String text) {
        return training.contains(text);
    }
}
