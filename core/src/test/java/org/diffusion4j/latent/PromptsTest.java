package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.data.clip.PromptChunk;
import org.diffusion4j.data.clip.SpecialTokens;
import org.diffusion4j.data.clip.TextCleaning;
import org.diffusion4j.data.clip.WeightedText;
import org.diffusion4j.engine.FormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Prompts")
class PromptsTest {

    private static final SpecialTokens SPECIAL = SpecialTokens.PUBLISHED;

    /** Letters and marks by themselves, each also as the end of a word, and two merges. */
    private static Map<String, Integer> vocabulary() {
        Map<String, Integer> vocabulary = new HashMap<>();
        for (char c = '!'; c <= '~'; c++) {
            vocabulary.put(String.valueOf(c), vocabulary.size());
            vocabulary.put(c + "</w>", vocabulary.size());
        }
        for (String more : List.of("ca", "cat</w>", SPECIAL.start(), SPECIAL.end())) {
            vocabulary.put(more, vocabulary.size());
        }
        return vocabulary;
    }

    private static ClipTokenizer tokenizer(SpecialTokens special) {
        return new ClipTokenizer(vocabulary(), List.of("c a", "ca t</w>"), special);
    }

    @Test
    void pairs_are_joined_in_the_order_in_which_they_were_learned() {
        ClipTokenizer tokenizer = tokenizer(SPECIAL);
        Map<String, Integer> vocabulary = vocabulary();
        assertThat(tokenizer.encode(" A  CAT2,"))
                .containsExactly(
                        vocabulary.get("a</w>"),
                        vocabulary.get("cat</w>"),
                        vocabulary.get("2</w>"),
                        vocabulary.get(",</w>"));
        assertThat(tokenizer.decode(tokenizer.row("A CAT2,"))).isEqualTo("a cat 2 ,");
    }

    @Test
    void a_token_that_fills_rows_means_nothing_else() {
        ClipTokenizer second = tokenizer(new SpecialTokens(SPECIAL.start(), SPECIAL.end(), "!", SPECIAL.unknown(), 5));
        int filling = vocabulary().get("!");
        assertThat(second.encode("!")).containsExactly(filling);
        assertThat(second.row("")).containsExactly(second.start(), second.end(), filling, filling, filling);
    }

    @Test
    void a_row_that_is_too_long_keeps_its_end() {
        ClipTokenizer tokenizer = tokenizer(SPECIAL);
        assertThat(tokenizer.row("cat ".repeat(75))).endsWith(vocabulary().get("cat</w>"), tokenizer.end());
        assertThat(tokenizer.fits("cat ".repeat(75))).isTrue();
        assertThat(tokenizer.fits("cat ".repeat(76))).isFalse();
        assertThat(tokenizer.row("cat ".repeat(90))).isEqualTo(tokenizer.row("cat ".repeat(75)));
    }

    @Test
    void texts_from_the_web_are_repaired_as_openai_does() {
        ClipTokenizer tokenizer = tokenizer(SPECIAL).cleaning(TextCleaning.OPENAI);
        assertThat(tokenizer.encode("\uff23\u200aAT &amp;quot; \u2019s"))
                .isEqualTo(tokenizer(SPECIAL).encode("c at \" 's"));
    }

    @Test
    void a_full_chunk_ends_after_a_near_comma_and_every_chunk_at_break() {
        ClipTokenizer tokenizer = tokenizer(SPECIAL);
        String near = "a ".repeat(60) + ", " + "b ".repeat(20);
        assertThat(PromptChunk.of(WeightedText.plain(near), tokenizer))
                .extracting(PromptChunk::used)
                .containsExactly(61, 20);
        String far = "a ".repeat(50) + ", " + "b ".repeat(30);
        assertThat(PromptChunk.of(WeightedText.plain(far), tokenizer))
                .extracting(PromptChunk::used)
                .containsExactly(75, 6);
        assertThat(PromptChunk.of(WeightedText.parse("a BREAK (b:2)"), tokenizer))
                .satisfiesExactly(first -> assertThat(first.used()).isEqualTo(1), second -> {
                    assertThat(second.weights().subList(0, 3)).containsExactly(1.0, 2.0, 1.0);
                    assertThat(second.tokens()).hasSize(77);
                });
    }

    @Test
    void a_comma_ends_a_chunk_of_a_short_row_too() {
        ClipTokenizer five = tokenizer(new SpecialTokens(SPECIAL.start(), SPECIAL.end(), "!", SPECIAL.unknown(), 5));
        assertThat(PromptChunk.of(WeightedText.plain("a , b c d e ,"), five))
                .extracting(PromptChunk::used)
                .containsExactly(2, 3, 2);
        assertThat(PromptChunk.of(WeightedText.parse("BREAK a b c BREAK"), five))
                .extracting(PromptChunk::used)
                .containsExactly(0, 3);
    }

    @Test
    void round_and_square_brackets_need_not_nest_in_each_other() {
        assertThat(WeightedText.parse("(a [b:2) c] d"))
                .containsExactly(
                        new WeightedText("a ", 2),
                        new WeightedText("b", 2 / 1.1),
                        new WeightedText(" c", 1 / 1.1),
                        new WeightedText(" d", 1));
    }

    @Test
    void brackets_without_end_are_read_in_one_pass() {
        int many = 100_000;
        assertThat(WeightedText.parse("(".repeat(many) + "a" + ")".repeat(many) + "b"))
                .hasSize(2);
        assertThat(WeightedText.parse("(" + "a: ".repeat(many))).hasSize(1);
        assertThat(WeightedText.parse("[a".repeat(many))).hasSizeGreaterThan(1);
    }

    @Test
    void a_folder_without_merges_or_with_a_bad_number_is_refused_by_name(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> TokenizerFolder.read(folder))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("neither vocab.json with merges.txt nor tokenizer.json");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": -1}");
        assertThatThrownBy(() -> TokenizerFolder.read(folder))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("merges.txt: is missing");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b\n");
        assertThatThrownBy(() -> TokenizerFolder.read(folder))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("token 'a' has the number -1");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        assertThatThrownBy(() -> TokenizerFolder.read(folder))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("lacks the token <|");
    }

    @Test
    void a_folder_is_read_in_both_its_forms(@TempDir Path folder) throws IOException {
        String vocabulary = IntStream.range(0, 5)
                .mapToObj(i -> "\""
                        + List.of("a", "b</w>", "ab</w>", SPECIAL.start(), SPECIAL.end())
                                .get(i) + "\": " + i)
                .collect(Collectors.joining(", ", "{", "}"));
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"model\": {\"end_of_word_suffix\": \"</w>\", \"vocab\": " + vocabulary
                        + ", \"merges\": [[\"a\", \"b</w>\"]]}}");
        int[] single = TokenizerFolder.read(folder).encode("ab");
        Files.writeString(folder.resolve("vocab.json"), vocabulary);
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b</w>\n");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"model_max_length\": 9, \"bos_token\": {\"content\": \"<|startoftext|>\"}}");
        ClipTokenizer older = TokenizerFolder.read(folder);
        assertThat(older.encode("ab")).isEqualTo(single).containsExactly(2);
        assertThat(older.length()).isEqualTo(9);
    }
}
