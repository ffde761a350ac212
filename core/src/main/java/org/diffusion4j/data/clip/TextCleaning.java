package org.diffusion4j.data.clip;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What happens to a text before it is split into words. */
public enum TextCleaning {

    /** As transformers' tokenizer, for Stable Diffusion: NFC, single blanks, lower case of each character by itself. */
    TRANSFORMERS {
        @Override
        String clean(String text) {
            // Java's lower case of a whole string has the final sigma, which this tokenizer lacks
            return singleBlanks(Normalizer.normalize(text, Normalizer.Form.NFC))
                    .codePoints()
                    .mapToObj(c -> Character.toString(c).toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining());
        }
    },

    /**
     * As OpenAI's CLIP: a text repaired first (HTML entities, text decoded by the wrong table, curly quotes, ligatures, full-width
     * letters, control characters), then single blanks and lower case. The repair covers what ftfy does by default, by simpler rules: it
     * asks only whether the text as a whole is UTF-8 read as Windows-1252, and knows the entities of Latin-1 by name.
     */
    OPENAI {
        @Override
        String clean(String text) {
            String repaired = TextRepair.apply(text);
            repaired = HtmlEntities.unescape(HtmlEntities.unescape(repaired));
            return singleBlanks(repaired).strip().toLowerCase(Locale.ROOT);
        }
    };

    private static final Pattern BLANKS = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    /** The text as it is split into words. */
    abstract String clean(String text);

    private static String singleBlanks(String text) {
        return BLANKS.matcher(text).replaceAll(" ");
    }
}
