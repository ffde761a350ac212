package org.diffusion4j.evaluate.text;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much of a reference is in a text, and how much of the text in the reference.
 *
 * <p>Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004. Words are what stands between other characters than a–z and 0–9
 * once all is in lower case: for English only.
 *
 * @param precision share of the text that is in the reference
 * @param recall share of the reference that is in the text
 */
public record Rouge(double precision, double recall) {

    /** By n-grams, each counted at most as often as in the other: ROUGE-1, ROUGE-2. */
    public static Rouge ofNgrams(int n, String text, String reference) {
        Map<List<String>, Integer> mine = Ngrams.counts(words(text), n);
        Map<List<String>, Integer> theirs = Ngrams.counts(words(reference), n);
        return of(Ngrams.common(mine, theirs), Ngrams.total(mine), Ngrams.total(theirs));
    }

    /** By the longest common subsequence of words: ROUGE-L. */
    public static Rouge ofSubsequence(String text, String reference) {
        List<String> mine = words(text);
        List<String> theirs = words(reference);
        int[] row = new int[theirs.size() + 1];
        for (String word : mine) {
            int diagonal = 0;
            for (int j = 1; j < row.length; j++) {
                int above = row[j];
                row[j] = word.equals(theirs.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return of(row[theirs.size()], mine.size(), theirs.size());
    }

    private static Rouge of(int common, int text, int reference) {
        return text == 0 || reference == 0
                ? new Rouge(0, 0)
                : new Rouge((double) common / text, (double) common / reference);
    }

    /** The harmonic mean of both; 0 where both are. */
    public double f1() {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    private static List<String> words(String text) {
        String plain =
                text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", " ").strip();
        return plain.isEmpty() ? List.of() : List.of(plain.split(" "));
    }
}
