package org.diffusion4j.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.evaluate.text.BleuCounts;
import org.diffusion4j.evaluate.text.Diversity;

/** A figure of a set of texts. */
public enum TextMetric {

    /** How much of the texts is in held-out ones: BLEU-4 of nltk, each text with all held-out ones as its references. */
    BLEU("bleu") {
        @Override
        public Map<String, Double> of(List<String> texts, TextReference reference) {
            BleuCounts counts = texts.stream()
                    .map(text -> BleuCounts.of(reference.tokens(text), reference.references()))
                    .reduce(BleuCounts.NONE, BleuCounts::plus);
            return Map.of("bleu", counts.nltk(4, BleuCounts.Smoothing.EPSILON));
        }
    },

    /** The share of different n-grams among all, for n = 1 … 4. It falls with the number of texts. */
    DISTINCT("distinct") {
        @Override
        public Map<String, Double> of(List<String> texts, TextReference reference) {
            List<List<String>> tokens = texts.stream().map(reference::tokens).toList();
            Map<String, Double> shares = new LinkedHashMap<>();
            for (int n = 1; n <= 4; n++) {
                shares.put("distinct-" + n, Diversity.distinct(tokens, n));
            }
            return shares;
        }
    },

    /** How alike the texts are: the mean BLEU of each pair. */
    SELF_BLEU("self-bleu") {
        @Override
        public Map<String, Double> of(List<String> texts, TextReference reference) {
            return Map.of(
                    "self-bleu",
                    Diversity.selfBleu(texts.stream().map(reference::tokens).toList()));
        }
    },

    /** The perplexity of a trigram model that learned from the training texts. */
    LM_SCORE("lm-score") {
        @Override
        public Map<String, Double> of(List<String> texts, TextReference reference) {
            return Map.of(
                    "perplexity",
                    reference
                            .fluency()
                            .perplexity(texts.stream().map(reference::numbers).toList()));
        }
    },

    /** The share of texts that are training texts. */
    COPIES("copies") {
        @Override
        public Map<String, Double> of(List<String> texts, TextReference reference) {
            return Map.of(
                    "copies", texts.stream().filter(reference::isTrainingText).count() / (double) texts.size());
        }
    };

    private final String text;

    TextMetric(String text) {
        this.text = text;
    }

    /**
     * Measures.
     *
     * @param texts at least one
     * @return figures by name
     */
    public abstract Map<String, Double> of(List<String> texts, TextReference reference);

    /** The name in {@code --metrics}. */
    @Override
    public String toString() {
        return text;
    }
}
