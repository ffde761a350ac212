package org.diffusion4j.data.clip;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Set;

/**
 * The tokens that are not parts of words, and how long a row is.
 *
 * @param start before a text
 * @param end after a text
 * @param padding fills rows; SDXL's second tokenizer has "!", which then means nothing else
 * @param unknown stands for a symbol that is not in the vocabulary
 * @param length tokens in a row, start and end among them, from 3
 */
public record SpecialTokens(String start, String end, String padding, String unknown, int length) {

    private static final String START = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final int LENGTH = 77;

    /** Those of the published tokenizers. */
    public static final SpecialTokens PUBLISHED = new SpecialTokens(START, END, END, END, LENGTH);

    public SpecialTokens {
        require(length >= 3, "a row needs at least 3 tokens, were %s", length);
    }

    /** These with another token that fills rows. */
    SpecialTokens withPadding(String padding) {
        return new SpecialTokens(start, end, padding, unknown, length);
    }

    /** These for rows of another length. */
    SpecialTokens withLength(int length) {
        return new SpecialTokens(start, end, padding, unknown, length);
    }

    Set<String> all() {
        return Set.copyOf(List.of(start, end, padding, unknown));
    }
}
