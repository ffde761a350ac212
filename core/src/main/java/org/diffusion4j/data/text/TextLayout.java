package org.diffusion4j.data.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How texts become rows of one length. Each text is {@code START}, its tokens, {@code END}. */
public enum TextLayout {

    /** A text a row, filled with {@code PAD}; a longer one is cut, and then has no {@code END}. */
    PAD {
        @Override
        public List<int[]> rows(Vocabulary vocabulary, List<String> texts, int length) {
            List<int[]> rows = new ArrayList<>();
            for (String text : texts) {
                int[] marked = marked(vocabulary, text);
                int[] row = Arrays.copyOf(marked, length);
                if (marked.length < length) {
                    Arrays.fill(row, marked.length, length, Vocabulary.PAD);
                }
                rows.add(row);
            }
            return rows;
        }
    },

    /** All texts in a chain, cut every {@code length} tokens wherever that is; what is left over is dropped. */
    BLOCK {
        @Override
        public List<int[]> rows(Vocabulary vocabulary, List<String> texts, int length) {
            List<int[]> rows = new ArrayList<>();
            int[] row = new int[length];
            int filled = 0;
            for (String text : texts) {
                for (int token : marked(vocabulary, text)) {
                    row[filled++] = token;
                    if (filled == length) {
                        rows.add(row);
                        row = new int[length];
                        filled = 0;
                    }
                }
            }
            return rows;
        }
    };

    /**
     * The rows of texts, each of {@code length} numbers.
     *
     * @param length at least 3
     */
    public abstract List<int[]> rows(Vocabulary vocabulary, List<String> texts, int length);

    private static int[] marked(Vocabulary vocabulary, String text) {
        int[] numbers = vocabulary.numbers(text);
        int[] marked = new int[numbers.length + 2];
        marked[0] = Vocabulary.START;
        System.arraycopy(numbers, 0, marked, 1, numbers.length);
        marked[marked.length - 1] = Vocabulary.END;
        return marked;
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
