package org.diffusion4j.data.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.junit.jupiter.api.Assumptions;

/** Diffusion-LM's vocabulary and rows of tokens. */
public final class TextDataCheck implements GoldenCheck {

    private static final String FULL = "text_datasets (vocabulary, pad and block)";
    private static final String SMALL = "text_datasets.helper_tokenize_encode, get_corpus_rocstory (vocabulary)";
    private static final Path ROOT = Path.of("../..");

    @Override
    public boolean covers(GoldenCase golden) {
        return Set.of(FULL, SMALL).contains(golden.symbol());
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        if (golden.symbol().equals(FULL)) {
            full(golden, out);
            return;
        }
        List<String> texts = texts(golden.json().at("/inputs/sentences"));
        golden.needsNo("inputs.sentences");
        Vocabulary vocabulary = vocabulary(golden, texts);
        JsonNode expected = golden.json().at("/expected/vocab");
        assertThat(vocabulary.size()).isEqualTo(expected.size());
        expected.fieldNames()
                .forEachRemaining(word -> assertThat(
                                vocabulary.entries().get(expected.get(word).asInt()))
                        .isEqualTo(word));
        int length = golden.config().get("sequence_length").asInt();
        out.expectExactly("pad", flat(TextLayout.PAD.rows(vocabulary, texts, length)));
        out.expectExactly("block", flat(TextLayout.BLOCK.rows(vocabulary, texts, length)));
    }

    private static void full(GoldenCase golden, Comparison out) {
        Path file = ROOT.resolve(golden.config().get("data").asText());
        Assumptions.assumeTrue(Files.exists(file), "needs E2E's training texts, which are not in the sources");
        List<String> texts = TextFile.read(file).stream().map(TextItem::text).toList();
        out.expectExactly("sentences", texts.size());
        Vocabulary vocabulary = vocabulary(golden, texts);
        out.expectExactly("vocabulary_size", vocabulary.size());
        List<String> entries = vocabulary.entries();
        assertThat(entries)
                .startsWith(texts(golden.json().at("/expected/vocabulary_head")).toArray(String[]::new));
        assertThat(entries)
                .endsWith(texts(golden.json().at("/expected/vocabulary_tail")).toArray(String[]::new));
        Set<String> words = new LinkedHashSet<>();
        texts.forEach(text -> words.addAll(TextUnit.WORDS.split(text)));
        out.expectExactly("distinct_words", words.size());
        out.expectExactly(
                "total_tokens",
                texts.stream()
                        .mapToInt(text -> vocabulary.numbers(text).length + 2)
                        .sum()); // with START and END
        out.expectExactly(
                "unknown_tokens",
                texts.stream()
                        .flatMapToInt(text -> Arrays.stream(vocabulary.numbers(text)))
                        .filter(number -> number == Vocabulary.UNKNOWN)
                        .count());
        int length = golden.config().get("sequence_length").asInt();
        List<int[]> blocks = TextLayout.BLOCK.rows(vocabulary, texts, length);
        out.expectExactly("blocks", blocks.size());
        out.expectExactly(
                "too_long",
                texts.stream()
                        .filter(text -> vocabulary.numbers(text).length > length - 2)
                        .count());
        int[] rows = Arrays.stream(golden.input("rows").values())
                .mapToInt(row -> (int) row)
                .toArray();
        List<int[]> padded = TextLayout.PAD.rows(vocabulary, texts, length);
        out.expectExactly(
                "pad_rows", flat(IntStream.of(rows).mapToObj(padded::get).toList()));
        out.expectExactly(
                "block_rows", flat(IntStream.of(rows).mapToObj(blocks::get).toList()));
    }

    private static Vocabulary vocabulary(GoldenCase golden, List<String> texts) {
        return Vocabulary.of(
                TextUnit.WORDS, texts, golden.config().get("minimum_count").asInt());
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static double[] flat(List<int[]> rows) {
        return rows.stream().flatMapToInt(Arrays::stream).asDoubleStream().toArray();
    }
}
