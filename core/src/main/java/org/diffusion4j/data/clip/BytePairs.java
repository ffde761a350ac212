package org.diffusion4j.data.clip;

import static org.diffusion4j.engine.Require.require;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** The symbols of a word, which is not empty. */
    List<String> symbols(String word) {
        List<String> symbols = new ArrayList<>();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(String.valueOf(CHARACTERS[b & 0xff]));
        }
        symbols.set(symbols.size() - 1, symbols.get(symbols.size() - 1) + WORD_END);
        for (Integer best = best(symbols); best != null; best = best(symbols)) {
            symbols = joined(symbols, best);
        }
        return symbols;
    }

    /** The rank of the pair to join next, or null where none is left. */
    private @Nullable Integer best(List<String> symbols) {
        Integer best = null;
        for (int i = 0; i + 1 < symbols.size(); i++) {
            Integer rank = ranks.get(new Pair(symbols.get(i), symbols.get(i + 1)));
            if (rank != null && (best == null || rank < best)) {
                best = rank;
            }
        }
        return best;
    }

    /** Joins every occurrence of a pair, from the left. */
    private List<String> joined(List<String> symbols, Integer rank) {
        List<String> joined = new ArrayList<>();
        for (int i = 0; i < symbols.size(); i++) {
            boolean pair =
                    i + 1 < symbols.size() && rank.equals(ranks.get(new Pair(symbols.get(i), symbols.get(i + 1))));
            joined.add(pair ? symbols.get(i) + symbols.get(++i) : symbols.get(i));
        }
        return joined;
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
