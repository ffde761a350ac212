package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.data.clip.TextCleaning;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.junit.jupiter.api.Assumptions;

/** CLIP's tokenizer with its whole vocabulary, as transformers and as OpenAI use it. */
public final class TokenizerCheck implements GoldenCheck {

    private static final Path VOCABULARY = Path.of("../../shared/data/clip/tokenizer");

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("tokenizer") || golden.symbol().startsWith("clip.simple_tokenizer");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        golden.needsNo("config.vocabulary", "inputs.texts"); // one place; is read here
        Assumptions.assumeTrue(Files.exists(VOCABULARY), "needs CLIP's vocabulary, which is not in the sources");
        ClipTokenizer tokenizer = TokenizerFolder.read(VOCABULARY);
        assertThat(tokenizer.size()).isEqualTo(golden.config().get("vocab_size").asInt());
        assertThat(tokenizer.start())
                .isEqualTo(golden.config().get("start_token").asInt());
        assertThat(tokenizer.end()).isEqualTo(golden.config().get("end_token").asInt());
        assertThat(tokenizer.length())
                .isEqualTo(golden.config().get("context_length").asInt());
        ClipTokenizer openAi = tokenizer.cleaning(TextCleaning.OPENAI);
        List<String> texts = new ArrayList<>();
        golden.json().at("/inputs/texts").forEach(text -> texts.add(text.asText()));
        if (golden.kind().equals("networks")) {
            golden.needsNo("config.truncate"); // a row always is
            openAi(golden, out, openAi, texts, "encoded", "tokens");
            return;
        }
        openAi(golden, out, openAi, texts, "openai_ids", "openai_77");
        for (int i = 0; i < texts.size(); i++) {
            assertThat(framed(tokenizer, texts.get(i))).as(texts.get(i)).isEqualTo(ints(golden, "input_ids", i));
            assertThat(tokenizer.decode(ints(golden, "input_ids", i)))
                    .as(texts.get(i))
                    .isEqualTo(golden.json().at("/expected/decoded/" + i).asText());
        }
        out.expectExactly("ids_77", rows(tokenizer, texts, tokenizer.end()));
    }

    private static void openAi(
            GoldenCase golden, Comparison out, ClipTokenizer tokenizer, List<String> texts, String ids, String rows) {
        for (int i = 0; i < texts.size(); i++) {
            assertThat(tokenizer.encode(texts.get(i))).as(texts.get(i)).isEqualTo(ints(golden, ids, i));
        }
        out.expectExactly(rows, rows(tokenizer, texts, 0)); // OpenAI's rows are filled with 0
    }

    private static int[] framed(ClipTokenizer tokenizer, String text) {
        IntStream started = IntStream.concat(IntStream.of(tokenizer.start()), Arrays.stream(tokenizer.encode(text)));
        return IntStream.concat(started, IntStream.of(tokenizer.end())).toArray();
    }

    private static int[] ints(GoldenCase golden, String name, int i) {
        JsonNode list = golden.json().at("/expected/" + name + "/" + i);
        return IntStream.range(0, list.size()).map(k -> list.get(k).asInt()).toArray();
    }

    /** All rows, with the given number after each end. */
    private static double[] rows(ClipTokenizer tokenizer, List<String> texts, int filling) {
        return texts.stream()
                .map(text -> {
                    int[] row = tokenizer.row(text);
                    int used = Math.min(tokenizer.encode(text).length + 2, row.length);
                    Arrays.fill(row, used, row.length, filling);
                    return row;
                })
                .flatMapToInt(Arrays::stream)
                .asDoubleStream()
                .toArray();
    }
}
