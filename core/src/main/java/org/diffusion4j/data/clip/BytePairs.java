package org.diffusion4j.data.clip;

import static org.diffusion4j.engine.Require.require;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Byte-pair encoding of one word: its UTF-8 bytes as symbols, joined pair by pair in the order in which the pairs were learned.
 *
 * <p>Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units", ACL 2016. As in GPT-2 each byte has a
 * printable character, so that a table of pairs is a text file: printable Latin-1 stands for itself, the other bytes for U+0100 onwards.
 * Immutable.
 */
final class BytePairs {

    /** What the last symbol of a word ends with. */
    static final String WORD_END = "</w>";

    private static final int FIRST_STAND_IN = 256;
    private static final char[] CHARACTERS = characters();
    private static final Map<Character, Byte> BYTES = bytes();

    private final Map<Pair, Integer> ranks = new HashMap<>();

    /** Two neighbouring symbols. */
    private record Pair(String left, String right) {}

    /** Of pairs in the order in which they are joined, each as two symbols with a blank between. */
    BytePairs(List<String> merges) {
        for (String merge : merges) {
            String[] parts = merge.split(" ", -1);
            require(parts.length == 2, "'%s' is no merge; expected two symbols with a blank between", merge);
            ranks.putIfAbsent(new Pair(parts[0], parts[1]), ranks.size());
        }
    }

    /** The symbols of a word, which is not empty. The time grows with its length n as n·log n. */
    List<String> symbols(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        List<String> symbols = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            symbols.add(CHARACTERS[bytes[i] & 0xff] + (i == bytes.length - 1 ? WORD_END : ""));
        }
        return joined(symbols);
    }

    /** Symbols of one word after all that can be joined is. */
    List<String> joined(List<String> symbols) {
        return new Chain(symbols).joined();
    }

    /** The symbols of single bytes as CLIP numbers them: printable ones first. */
    static List<String> alphabet() {
        return Stream.concat(
                        IntStream.range(0, CHARACTERS.length)
                                .filter(b -> CHARACTERS[b] == b)
                                .mapToObj(b -> String.valueOf(CHARACTERS[b])),
                        IntStream.range(0, CHARACTERS.length)
                                .filter(b -> CHARACTERS[b] != b)
                                .mapToObj(b -> String.valueOf(CHARACTERS[b])))
                .toList();
    }

    /** The symbols of one word, each linked with its neighbours, and the pairs among them that can be joined, by rank. */
    private final class Chain {

        private final @Nullable String[] symbols; // null for what was joined to its left
        private final int[] left;
        private final int[] right;
        private final TreeMap<Integer, List<Integer>> places = new TreeMap<>();

        Chain(List<String> each) {
            int length = each.size();
            symbols = each.toArray(String[]::new);
            left = new int[length];
            right = new int[length];
            for (int i = 0; i < length; i++) {
                left[i] = i - 1;
                right[i] = i + 1;
            }
            for (int i = 0; i + 1 < length; i++) {
                note(i);
            }
        }

        /** Joins every occurrence of the pair of lowest rank, from the left, as long as there is one. */
        List<String> joined() {
            while (!places.isEmpty()) {
                Map.Entry<Integer, List<Integer>> first = places.pollFirstEntry();
                List<Integer> occurrences = first.getValue();
                Collections.sort(occurrences);
                for (int place : occurrences) {
                    if (first.getKey().equals(rank(place))) { // else joined with something meanwhile
                        join(place);
                    }
                }
            }
            return Arrays.stream(symbols).filter(Objects::nonNull).toList();
        }

        private void join(int place) {
            int gone = right[place];
            symbols[place] += symbols[gone];
            symbols[gone] = null;
            right[place] = right[gone];
            if (right[place] < symbols.length) {
                left[right[place]] = place;
                note(place);
            }
            if (left[place] >= 0) {
                note(left[place]);
            }
        }

        private void note(int place) {
            Integer rank = rank(place);
            if (rank != null) {
                places.computeIfAbsent(rank, any -> new ArrayList<>()).add(place);
            }
        }

        /** The rank of the pair that begins there, or null. */
        private @Nullable Integer rank(int place) {
            String first = symbols[place];
            String second = right[place] == symbols.length ? null : symbols[right[place]];
            return first == null || second == null ? null : ranks.get(new Pair(first, second));
        }
    }

    /** The text of joined symbols; a byte sequence that is no UTF-8 becomes U+FFFD. */
    static String text(String symbols) {
        byte[] bytes = new byte[symbols.length()];
        int length = 0;
        for (int i = 0; i < symbols.length(); i++) {
            Byte b = BYTES.get(symbols.charAt(i));
            if (b != null) {
                bytes[length++] = b;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static char[] characters() {
        char[] characters = new char[256];
        char standIn = FIRST_STAND_IN;
        for (char b = 0; b < characters.length; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= '\u00a1' && b != '\u00ad';
            characters[b] = printable ? b : standIn++;
        }
        return characters;
    }

    private static Map<Character, Byte> bytes() {
        Map<Character, Byte> bytes = new HashMap<>();
        for (int b = 0; b < CHARACTERS.length; b++) {
            bytes.put(CHARACTERS[b], (byte) b);
        }
        return bytes;
    }
}
