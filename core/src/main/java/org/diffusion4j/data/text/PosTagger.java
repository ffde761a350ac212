package org.diffusion4j.data.text;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Tells the part of speech of each word by a hidden Markov model: how often a tag follows another, and how often it is which word. The tags
 * of a text are the most likely sequence (Viterbi). A word that it does not know has the tags of words that it saw once.
 *
 * <p>It is for texts of few words, such as E2E's: it looks at no letter of a word. Immutable.
 */
public final class PosTagger {

    private static final double TRANSITION = 0.1; // added to each count
    private static final double EMISSION =
            1e-6; // likewise: a word may have a tag that it never had, where nothing else fits
    private static final double ONCE = 0.1; // likewise

    private final List<String> tags;
    private final double[][]
            transitions; // log p(tag | the one before); the last row is of a text's begin, the last column of its end
    private final Map<String, double[]> words; // log p(word | tag)
    private final double[] unknown;

    /** Learns from texts, at least one. */
    public PosTagger(List<TaggedText> texts) {
        require(!texts.isEmpty(), "there is no tagged text to learn from");
        tags = List.copyOf(new TreeSet<>(
                texts.stream().flatMap(text -> text.tags().stream()).toList()));
        int edge = tags.size();
        transitions = new double[edge + 1][edge + 1];
        words = new HashMap<>();
        double[] each = new double[edge];
        Map<String, double[]> counts = new LinkedHashMap<>();
        for (TaggedText text : texts) {
            int before = edge;
            for (int i = 0; i < text.words().size(); i++) {
                int tag = tags.indexOf(text.tags().get(i));
                transitions[before][tag]++;
                counts.computeIfAbsent(text.words().get(i), any -> new double[edge])[tag]++;
                each[tag]++;
                before = tag;
            }
            transitions[before][edge]++;
        }
        for (double[] row : transitions) {
            toLogShares(row);
        }
        unknown = unknown(counts, each);
        counts.forEach((word, count) -> words.put(word, logs(count, EMISSION, each)));
    }

    private static double[] unknown(Map<String, double[]> counts, double[] each) {
        double[] once = new double[each.length];
        counts.values().stream()
                .filter(count -> Arrays.stream(count).sum() == 1)
                .forEach(count -> {
                    for (int tag = 0; tag < once.length; tag++) {
                        once[tag] += count[tag];
                    }
                });
        return logs(once, ONCE, each);
    }

    private static double[] logs(double[] counts, double added, double[] of) {
        return IntStream.range(0, counts.length)
                .mapToDouble(tag -> Math.log((counts[tag] + added) / of[tag]))
                .toArray();
    }

    private static void toLogShares(double[] row) {
        double sum = Arrays.stream(row).sum() + TRANSITION * row.length;
        for (int i = 0; i < row.length; i++) {
            row[i] = Math.log((row[i] + TRANSITION) / sum);
        }
    }

    /** The tags that it knows, in alphabetical order. */
    public List<String> tags() {
        return tags;
    }

    /** Whether it learned from a word. */
    public boolean knows(String word) {
        return words.containsKey(word);
    }

    /** The tag of each word of a text. */
    public List<String> tag(List<String> text) {
        int n = tags.size();
        int[][] from = new int[text.size()][n];
        double[] score = new double[n + 1];
        Arrays.fill(score, Double.NEGATIVE_INFINITY);
        score[n] = 0;
        for (int i = 0; i < text.size(); i++) {
            double[] word = words.getOrDefault(text.get(i), unknown);
            double[] next = new double[n + 1];
            next[n] = Double.NEGATIVE_INFINITY;
            for (int tag = 0; tag < n; tag++) {
                int best = best(score, tag);
                from[i][tag] = best;
                next[tag] = score[best] + transitions[best][tag] + word[tag];
            }
            score = next;
        }
        List<String> found = new ArrayList<>();
        int tag = best(score, n);
        for (int i = text.size() - 1; i >= 0; i--) {
            found.add(0, tags.get(tag));
            tag = from[i][tag];
        }
        return found;
    }

    /** From which tag it is most likely to come to this one. */
    private int best(double[] score, int tag) {
        int best = 0;
        for (int before = 1; before < score.length; before++) {
            if (score[before] + transitions[before][tag] > score[best] + transitions[best][tag]) {
                best = before;
            }
        }
        return best;
    }

    /**
     * The share of words whose tag a tagger finds that learned from other texts: each part of the texts, text by text in turn, is tagged by
     * one that learned from all other parts.
     *
     * @param texts as many as parts, or more
     * @param parts at least 2
     */
    public static double accuracy(List<TaggedText> texts, int parts) {
        require(parts >= 2 && texts.size() >= parts, "%s tagged texts make no %s parts", texts.size(), parts);
        long right = 0;
        long all = 0;
        for (int part = 0; part < parts; part++) {
            int left = part;
            PosTagger tagger = new PosTagger(IntStream.range(0, texts.size())
                    .filter(i -> i % parts != left)
                    .mapToObj(texts::get)
                    .toList());
            for (int i = part; i < texts.size(); i += parts) {
                TaggedText text = texts.get(i);
                List<String> found = tagger.tag(text.words());
                right += IntStream.range(0, found.size())
                        .filter(k -> found.get(k).equals(text.tags().get(k)))
                        .count();
                all += found.size();
            }
        }
        return right / (double) all;
    }
}
