package org.diffusion4j.data.text;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tokens that a model knows, by number: four marks, then words or characters.
 *
 * <p>Diffusion-LM's rule: those that occur often enough in the training texts, in the order in which they first appear, after
 * {@code START}, {@code END}, {@code UNK} and {@code PAD}. Immutable.
 */
public final class Vocabulary {

    /** The token before a text. */
    public static final int START = 0;

    /** The token after a text. */
    public static final int END = 1;

    /** The token of all that is not known. */
    public static final int UNKNOWN = 2;

    /** The token that fills a row after the end. */
    public static final int PAD = 3;

    private static final List<String> MARKS = List.of("START", "END", "UNK", "PAD");

    private final TextUnit unit;
    private final List<String> entries;
    private final Map<String, Integer> numbers = new HashMap<>();

    /**
     * Of entries in the order of their numbers.
     *
     * @param entries the four marks first
     * @throws IllegalArgumentException if they do not begin with the marks, or one is there twice
     */
    public Vocabulary(TextUnit unit, List<String> entries) {
        require(
                entries.size() > MARKS.size()
                        && entries.subList(0, MARKS.size()).equals(MARKS),
                "a vocabulary begins with %s and has more than these",
                MARKS);
        this.unit = unit;
        this.entries = List.copyOf(entries);
        for (int i = MARKS.size(); i < entries.size(); i++) {
            require(numbers.put(entries.get(i), i) == null, "the vocabulary has '%s' twice", entries.get(i));
        }
    }

    /**
     * Of what occurs in texts.
     *
     * @param fewest how often a word or character must occur to be known, from 1; Diffusion-LM's code: 11
     * @throws IllegalArgumentException if none occurs so often
     */
    public static Vocabulary of(TextUnit unit, List<String> texts, int fewest) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        texts.forEach(text -> unit.split(text).forEach(token -> counts.merge(token, 1, Integer::sum)));
        List<String> entries = new ArrayList<>(MARKS);
        counts.forEach((token, count) -> {
            if (count >= fewest && !MARKS.contains(token)) {
                entries.add(token);
            }
        });
        require(
                entries.size() > MARKS.size(),
                "none of the %s different %s of the texts occurs %s times; lower data.fewest",
                counts.size(),
                unit,
                fewest);
        return new Vocabulary(unit, entries);
    }

    /** What a token is. */
    public TextUnit unit() {
        return unit;
    }

    /** All entries in the order of their numbers, the marks first. */
    public List<String> entries() {
        return entries;
    }

    /** How many there are. */
    public int size() {
        return entries.size();
    }

    /** The number of a word or character; {@link #UNKNOWN} where it is not known. */
    public int number(String token) {
        return numbers.getOrDefault(token, UNKNOWN);
    }

    /** The numbers of a text's tokens, without marks before and after. */
    public int[] numbers(String text) {
        return unit.split(text).stream().mapToInt(this::number).toArray();
    }

    /** Which tokens of a text are not known, each once. */
    public List<String> unknownIn(String text) {
        return unit.split(text).stream()
                .filter(token -> number(token) == UNKNOWN)
                .distinct()
                .toList();
    }

    /** The text of a row: what stands after a first {@code START} and before the first {@code END} or {@code PAD}. */
    public String text(int[] row) {
        List<String> tokens = new ArrayList<>();
        for (int i = row.length > 0 && row[0] == START ? 1 : 0; i < row.length && row[i] != END && row[i] != PAD; i++) {
            tokens.add(entries.get(row[i]));
        }
        return unit.join(tokens);
    }
}
