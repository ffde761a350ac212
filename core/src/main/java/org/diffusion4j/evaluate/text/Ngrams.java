package org.diffusion4j.evaluate.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The n-grams of a text, and how often each occurs. */
final class Ngrams {

    private Ngrams() {}

    static Map<List<String>, Integer> counts(List<String> tokens, int n) {
        Map<List<String>, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i + n <= tokens.size(); i++) {
            counts.merge(List.copyOf(tokens.subList(i, i + n)), 1, Integer::sum);
        }
        return counts;
    }

    static int total(Map<List<String>, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How many of the first are in the second, each at most as often as there. */
    static int common(Map<List<String>, Integer> first, Map<List<String>, Integer> second) {
        return first.entrySet().stream()
                .mapToInt(entry -> Math.min(entry.getValue(), second.getOrDefault(entry.getKey(), 0)))
                .sum();
    }
}
