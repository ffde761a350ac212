package org.diffusion4j.data.clip;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A vocabulary learned from texts, in the form of CLIP's: every byte, every byte that ends a word, then the pairs that were joined, then
 * start and end.
 *
 * <p>Sennrich, Haddow, Birch, ACL 2016, algorithm 1: again and again the pair that occurs most often becomes a symbol; of pairs that occur
 * as often, the first in the order of characters.
 *
 * @param vocabulary the number of each symbol
 * @param merges the pairs in the order in which they were joined, each as two symbols with a blank between
 */
public record LearnedVocabulary(Map<String, Integer> vocabulary, List<String> merges) {

    public LearnedVocabulary {
        vocabulary = Collections.unmodifiableMap(new LinkedHashMap<>(vocabulary));
        merges = List.copyOf(merges);
    }

    /**
     * Learns from texts, cleaned as by transformers.
     *
     * @param most how many pairs are joined at most; those that occur once only are not
     */
    public static LearnedVocabulary of(Collection<String> texts, int most) {
        require(most >= 0, "a vocabulary cannot join %s pairs", most);
        Map<String, Integer> words = new TreeMap<>();
        for (String text : texts) {
            for (String word : ClipTokenizer.words(TextCleaning.TRANSFORMERS.clean(text))) {
                words.merge(word, 1, Integer::sum);
            }
        }
        BytePairs bytes = new BytePairs(List.of());
        Map<List<String>, Integer> split = new LinkedHashMap<>();
        words.forEach((word, count) -> split.put(bytes.symbols(word), count));
        List<String> merges = new ArrayList<>();
        while (merges.size() < most) {
            String best = mostFrequent(split);
            if (best.isEmpty()) {
                break;
            }
            merges.add(best);
            BytePairs joined = new BytePairs(List.of(best));
            Map<List<String>, Integer> again = new LinkedHashMap<>();
            split.forEach((symbols, count) -> again.merge(joined.joined(symbols), count, Integer::sum));
            split.clear();
            split.putAll(again);
        }
        return ofMerges(merges);
    }

    /**
     * The vocabulary of pairs that were learned.
     *
     * @param merges in the order in which they were joined, each as two symbols with a blank between
     */
    static LearnedVocabulary ofMerges(List<String> merges) {
        return new LearnedVocabulary(numbered(merges), merges);
    }

    /** The pair that occurs most often and more than once, or an empty text. */
    private static String mostFrequent(Map<List<String>, Integer> split) {
        Map<String, Integer> pairs = new HashMap<>();
        split.forEach((symbols, count) -> {
            for (int i = 0; i + 1 < symbols.size(); i++) {
                pairs.merge(symbols.get(i) + " " + symbols.get(i + 1), count, Integer::sum);
            }
        });
        String best = "";
        int most = 1;
        for (Map.Entry<String, Integer> pair : pairs.entrySet()) {
            int count = pair.getValue();
            if (count > most
                    || count == most && !best.isEmpty() && pair.getKey().compareTo(best) < 0) {
                best = pair.getKey();
                most = count;
            }
        }
        return best;
    }

    private static Map<String, Integer> numbered(List<String> merges) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (String ending : List.of("", BytePairs.WORD_END)) {
            for (String symbol : BytePairs.alphabet()) {
                vocabulary.put(symbol + ending, vocabulary.size());
            }
        }
        merges.forEach(merge -> vocabulary.putIfAbsent(merge.replace(" ", ""), vocabulary.size()));
        vocabulary.put(SpecialTokens.PUBLISHED.start(), vocabulary.size());
        vocabulary.put(SpecialTokens.PUBLISHED.end(), vocabulary.size());
        return vocabulary;
    }

    /**
     * A tokenizer of this vocabulary.
     *
     * @param length of a row, start and end among it
     */
    public ClipTokenizer tokenizer(int length) {
        return tokenizer(SpecialTokens.PUBLISHED.withLength(length));
    }

    ClipTokenizer tokenizer(SpecialTokens special) {
        return new ClipTokenizer(vocabulary, merges, special);
    }
}
