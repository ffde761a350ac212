package org.diffusion4j.data.clip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

@DisplayName("Byte pairs")
class BytePairsTest {

    @Test
    void all_occurrences_of_a_pair_are_joined_before_what_they_make_possible() {
        BytePairs pairs = new BytePairs(List.of("b c", "abc a", "a bc"));
        assertThat(pairs.symbols("abcabcx")).containsExactly("abc", "abc", "x</w>");
    }

    @RepeatedTest(50)
    void symbols_are_those_of_joining_the_best_pair_again_and_again(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<String> parts = new ArrayList<>(List.of("a", "b", "c", "c</w>"));
        List<String> merges = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String left = parts.get(random.nextInt(3));
            String right = parts.get(random.nextInt(parts.size()));
            merges.add(left + " " + right);
            parts.add(0, left + right);
        }
        StringBuilder word = new StringBuilder();
        random.ints(40, 'a', 'd').forEach(c -> word.append((char) c));
        assertThat(new BytePairs(merges).symbols(word.toString())).isEqualTo(slowly(merges, word.toString()));
    }

    private static List<String> slowly(List<String> merges, String word) {
        List<String> symbols = new ArrayList<>(List.of(word.split("")));
        symbols.set(symbols.size() - 1, symbols.get(symbols.size() - 1) + BytePairs.WORD_END);
        while (true) {
            int best = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int rank = merges.indexOf(symbols.get(i) + " " + symbols.get(i + 1));
                best = rank < 0 ? best : Math.min(best, rank);
            }
            if (best == Integer.MAX_VALUE) {
                return symbols;
            }
            for (int i = 0; i + 1 < symbols.size(); i++) {
                if (merges.indexOf(symbols.get(i) + " " + symbols.get(i + 1)) == best) {
                    symbols.set(i, symbols.get(i) + symbols.remove(i + 1));
                }
            }
        }
    }

    @Test
    void a_word_of_a_million_letters_is_no_trouble() {
        assertThat(new BytePairs(List.of("a a", "aa aa")).symbols("a".repeat(1_000_001)))
                .hasSize(250_001);
    }
}
