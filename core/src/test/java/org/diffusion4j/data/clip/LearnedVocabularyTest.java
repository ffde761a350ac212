package org.diffusion4j.data.clip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A vocabulary that is learned")
class LearnedVocabularyTest {

    /** The example of the paper's algorithm 1: low 5 times, lowest 2, newer 6, wider 3. */
    @Test
    void joins_as_the_paper_does() {
        List<String> texts = List.of(
                String.join(" ", Collections.nCopies(5, "low")),
                String.join(" ", Collections.nCopies(2, "lowest")),
                String.join(" ", Collections.nCopies(6, "newer")),
                String.join(" ", Collections.nCopies(3, "wider")));
        // e with r</w> 9 times; l with o 7 times; of pairs that occur 6 times e w comes first, then what it made
        assertThat(LearnedVocabulary.of(texts, 4).merges()).containsExactly("e r</w>", "l o", "e w", "ew er</w>");
    }

    @Test
    void has_the_form_of_clips_and_reads_what_it_has_never_seen() {
        LearnedVocabulary learned = LearnedVocabulary.of(List.of("a red heart", "red heart", "red hearts"), 100);
        Map<String, Integer> vocabulary = learned.vocabulary();
        assertThat(vocabulary).hasSize(512 + learned.merges().size() + 2);
        assertThat(vocabulary.values())
                .containsExactlyElementsOf(
                        IntStream.range(0, vocabulary.size()).boxed().toList());
        assertThat(vocabulary.get("!")).isZero();
        assertThat(vocabulary.get("!</w>")).isEqualTo(256);
        ClipTokenizer tokenizer = learned.tokenizer(8);
        assertThat(tokenizer.encode("red")).hasSize(1);
        assertThat(tokenizer.encode("Red  HEART")).hasSize(2);
        assertThat(tokenizer.decode(tokenizer.encode("红心 zebra"))).isEqualTo("红心 zebra");
        assertThat(tokenizer.row("red"))
                .hasSize(8)
                .startsWith(tokenizer.start())
                .endsWith(tokenizer.end());
    }

    @Test
    void stops_where_nothing_occurs_twice() {
        assertThat(LearnedVocabulary.of(List.of("abc"), 100).merges()).isEmpty();
        assertThat(LearnedVocabulary.of(List.of(), 100).vocabulary()).hasSize(514);
    }
}
