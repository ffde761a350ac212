package org.diffusion4j.data.clip;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * The vocabulary of CLIP as OpenAI published it (github.com/openai/CLIP, MIT licence), which all Stable Diffusions have: 49,408 tokens.
 * Checkpoints of one file do not carry it.
 */
public final class PublishedVocabulary {

    private static final String FILE = "merges.txt.gz";

    private PublishedVocabulary() {}

    /** The tokenizer of CLIP's own text encoders, whose rows end with the end token again and again. */
    public static ClipTokenizer tokenizer() {
        return tokenizer(SpecialTokens.PUBLISHED.padding());
    }

    /**
     * A tokenizer whose rows are filled otherwise.
     *
     * @param padding the token that fills rows; that of OpenCLIP's text encoders, of Stable Diffusion 2 and SDXL's second, is "!"
     */
    public static ClipTokenizer tokenizer(String padding) {
        return LearnedVocabulary.ofMerges(merges()).tokenizer(SpecialTokens.PUBLISHED.withPadding(padding));
    }

    private static List<String> merges() {
        try (InputStream file = Objects.requireNonNull(PublishedVocabulary.class.getResourceAsStream(FILE), FILE);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            return lines.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
