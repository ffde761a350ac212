package org.diffusion4j.data.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The grammar of phrases")
class PhraseGrammarTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "Zizzi/PROPN is/AUX a/DET pub/NOUN | 0 0 NP, 2 3 NP",
                "a/DET low/ADJ rated/VERB coffee/NOUN shop/NOUN | 0 4 NP",
                "the/DET Mill/PROPN serves/VERB food/NOUN | 0 1 NP, 3 3 NP",
                "pub/NOUN in/ADP town/NOUN near/ADP Aromi/PROPN | 0 0 NP, 0 2 NP, 0 4 NP, 1 2 PP, 1 4 PP, 2 2 NP, 2 4 NP, 3 4 PP, 4 4 NP",
                "it/PRON is/AUX family/NOUN -/PUNCT friendly/ADJ ./PUNCT | 0 0 NP, 2 2 NP, 2 4 ADJP",
                "it/PRON is/AUX cheap/ADJ ./PUNCT | 0 0 NP, 2 2 ADJP",
                "a/DET cheap/ADJ ,/PUNCT friendly/ADJ pub/NOUN | 0 4 NP",
                "rated/VERB 5/NUM out/ADP of/ADP 5/NUM ./PUNCT | 1 4 NP",
                "moderately/ADV priced/VERB food/NOUN | 0 1 ADJP, 0 2 NP",
                "x/X y/X | ",
            })
    void finds(String text, String phrases) {
        List<String> words = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        for (String token : text.split(" ")) {
            words.add(token.substring(0, token.lastIndexOf('/')));
            tags.add(token.substring(token.lastIndexOf('/') + 1));
        }
        assertThat(PhraseGrammar.phrases(words, tags).stream()
                        .map(phrase -> phrase.first() + " " + phrase.last() + " " + phrase.label()))
                .containsExactlyElementsOf(phrases == null ? List.of() : List.of(phrases.split(", ")));
    }
}
