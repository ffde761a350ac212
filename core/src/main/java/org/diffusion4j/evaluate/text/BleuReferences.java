package org.diffusion4j.evaluate.text;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What texts are compared with: of each n-gram the largest count in one reference, and the lengths of all. Immutable. */
public final class BleuReferences {

    /** BLEU's largest n. */
    static final int ORDERS = 4;

    private final List<Map<List<String>, Integer>> largest = new ArrayList<>();
    private final List<Integer> lengths;

    /**
     * Of references.
     *
     * @param references at least one, each a list of tokens
     */
    public BleuReferences(List<List<String>> references) {
        require(!references.isEmpty(), "BLEU needs at least one reference");
        for (int n = 1; n <= ORDERS; n++) {
            Map<List<String>, Integer> counts = new HashMap<>();
            for (List<String> reference : references) {
                Ngrams.counts(reference, n).forEach((ngram, count) -> counts.merge(ngram, count, Math::max));
            }
            largest.add(counts);
        }
        lengths = references.stream().map(List::size).distinct().sorted().toList();
    }

    /** Of one reference. */
    public static BleuReferences of(List<String> reference) {
        return new BleuReferences(List.of(reference));
    }

    Map<List<String>, Integer> counts(int n) {
        return largest.get(n - 1);
    }

    /** The length of the reference that is nearest to a text's; the shorter of two. */
    int closestLength(int length) {
        int closest = lengths.get(0);
        for (int candidate : lengths) {
            if (Math.abs(candidate - length) < Math.abs(closest - length)) {
                closest = candidate;
            }
        }
        return closest;
    }
}
