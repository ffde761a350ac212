package org.diffusion4j.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The tagger of parts of speech")
class PosTaggerTest {

    private static final List<TaggedText> TEXTS = Stream.of(
                    "the/DET mill/NOUN is/AUX close/ADJ",
                    "the/DET pub/NOUN is/AUX close/ADJ to/ADP town/NOUN",
                    "they/PRON close/VERB the/DET pub/NOUN",
                    "we/PRON close/VERB it/PRON")
            .map(PosTaggerTest::tagged)
            .toList();

    private static TaggedText tagged(String text) {
        List<String[]> parts =
                Stream.of(text.split(" ")).map(each -> each.split("/")).toList();
        return new TaggedText(
                parts.stream().map(each -> each[0]).toList(),
                parts.stream().map(each -> each[1]).toList());
    }

    private static String tags(String text) {
        return String.join(" ", new PosTagger(TEXTS).tag(List.of(text.split(" "))));
    }

    @Test
    void tells_a_word_of_two_kinds_by_its_neighbours() {
        assertThat(tags("the town is close")).isEqualTo("DET NOUN AUX ADJ");
        assertThat(tags("we close the mill")).isEqualTo("PRON VERB DET NOUN");
    }

    @Test
    void guesses_a_word_that_it_does_not_know_by_its_neighbours() {
        PosTagger tagger = new PosTagger(TEXTS);
        assertThat(tagger.knows("mill")).isTrue();
        assertThat(tagger.knows("river")).isFalse();
        assertThat(tags("the river is close")).isEqualTo("DET NOUN AUX ADJ");
        assertThat(tagger.tags()).containsExactly("ADJ", "ADP", "AUX", "DET", "NOUN", "PRON", "VERB");
        assertThat(tagger.tag(List.of())).isEmpty();
    }

    @Test
    void is_as_accurate_as_those_that_learned_from_the_other_parts() {
        List<TaggedText> twice = Stream.of(TEXTS, TEXTS).flatMap(List::stream).toList();
        assertThat(PosTagger.accuracy(twice, 8)).isEqualTo(1); // each is in another part as well
        List<TaggedText> two = List.of(tagged("a/X"), tagged("b/Y"));
        assertThat(PosTagger.accuracy(two, 2)).isZero();
        assertThatThrownBy(() -> PosTagger.accuracy(two, 3)).hasMessage("2 tagged texts make no 3 parts");
        assertThatThrownBy(() -> new TaggedText(List.of("a"), List.of()))
                .hasMessage("a text of 1 words has 0 parts of speech");
    }
}
