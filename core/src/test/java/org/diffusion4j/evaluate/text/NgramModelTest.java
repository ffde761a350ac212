package org.diffusion4j.evaluate.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.diffusion4j.data.text.Vocabulary;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A model of n-grams")
class NgramModelTest {

    private static final int VOCABULARY = 12;

    /** Texts of which each token is the one before plus 1 or 2, by chance 3 : 1. */
    private static List<int[]> texts(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    int[] text = new int[6];
                    int before = random.nextInt(8);
                    for (int j = 0; j < text.length; j++) {
                        before = (before + (random.nextInt(4) == 0 ? 2 : 1)) % 8;
                        text[j] = 4 + before;
                    }
                    return text;
                })
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void gives_probabilities_that_add_to_1_after_what_it_has_seen_and_what_it_has_not(int order) {
        NgramModel model = new NgramModel(texts(50, 1), VOCABULARY, order);
        for (int[] before : List.of(new int[0], new int[] {5, 6}, new int[] {6, 5}, new int[] {2, 2}, new int[] {9})) {
            double sum = IntStream.range(0, VOCABULARY)
                    .filter(token -> token != Vocabulary.START && token != Vocabulary.PAD)
                    .mapToDouble(token -> model.probability(before, token))
                    .sum();
            assertThat(sum).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void finds_texts_of_its_kind_as_likely_as_their_law_makes_them() {
        NgramModel model = new NgramModel(texts(5000, 2), VOCABULARY, 3);
        // ln 8 for the first token, 0.5623 for each of the five others; after two tokens a trigram takes every fifth
        // for the end
        double ends = 4 * -Math.log(0.8) - Math.log(0.2);
        double law = Math.exp((Math.log(8) + 5 * 0.5623 + ends) / 7);
        double found = model.perplexity(texts(1000, 3));
        assertThat(found).isBetween(0.98 * law, 1.03 * law); // 5 standard errors of 5,000 choices are 2 %
        assertThat(model.perplexity(List.of(new int[] {4, 8, 4, 8, 4, 8}))).isGreaterThan(10 * found);
    }

    @Test
    void counts_by_hand() {
        // "a b", "a c": unigrams continue from two, one, one and two different tokens
        NgramModel model = new NgramModel(List.of(new int[] {4, 5}, new int[] {4, 6}), 7, 2);
        // bigrams: START a twice; a b, a c, b END, c END once: D2 = 4/(4 + 2) = 2/3. Unigrams by continuation: a 1, b
        // 1, c 1, END 2: D1 = 3/5
        double d1 = 0.6;
        double d2 = 2 / 3.0;
        double b = (1 - d1) / 5 + d1 * 4 / 5 / 5;
        assertThat(model.probability(new int[] {4}, 5)).isCloseTo((1 - d2) / 2 + d2 * 2 / 2 * b, within(1e-12));
    }

    @Test
    void refuses_what_it_cannot_hold() {
        assertThatThrownBy(() -> new NgramModel(List.of(), 10, 2))
                .hasMessage("a model of n-grams needs texts to learn from");
        assertThatThrownBy(() -> new NgramModel(texts(1, 0), VOCABULARY, 4))
                .hasMessage("the order must be 1 to 3, was 4");
    }
}
