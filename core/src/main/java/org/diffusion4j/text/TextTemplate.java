package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.diffusion4j.data.text.TextUnit;
import org.jspecify.annotations.Nullable;

/**
 * What of a text is given. A model keeps it in every text that it writes.
 *
 * @param prefix how it begins, or empty
 * @param infill the whole text with {@code _} for each word or character that is to be found; or empty. {@code ___} between other words
 *     is three words
 * @param length how many words or characters it has; null for any, but an infill has its own
 */
public record TextTemplate(
        String prefix, String infill, @Nullable Integer length) {

    /** Nothing is given. */
    public static final TextTemplate NONE = new TextTemplate("", "", null);

    static final String BLANK = "_";
    private static final Pattern BLANKS = Pattern.compile("_+");

    public TextTemplate {
        require(prefix.isEmpty() || infill.isEmpty(), "a text has a prefix or blanks to fill, not both: omit one");
        require(!prefix.contains(BLANK), "a prefix has no blanks; '%s' is one to fill: call it infill", prefix);
        require(
                infill.isEmpty() || infill.contains(BLANK),
                "'%s' has no blank; put _ for each word or character that is to be found",
                infill);
        require(length == null || length >= 1, "the length must be at least 1, was %s", length);
        require(infill.isEmpty() || length == null, "a text with blanks has its length; omit %s", length);
    }

    /** A text that begins so. */
    public static TextTemplate ofPrefix(String prefix) {
        return new TextTemplate(prefix, "", null);
    }

    /** A text whose blanks are to be filled. */
    public static TextTemplate ofInfill(String infill) {
        return new TextTemplate("", infill, null);
    }

    /** A text of so many words or characters. */
    public static TextTemplate ofLength(int length) {
        return new TextTemplate("", "", length);
    }

    /** The same with a length. */
    public TextTemplate withLength(@Nullable Integer length) {
        return new TextTemplate(prefix, infill, length);
    }

    /**
     * The same for a text of exactly so many words or characters.
     *
     * @throws IllegalArgumentException if it already has another number of them
     */
    public TextTemplate exactly(int words, TextUnit unit) {
        if (!fixesLength()) {
            return withLength(words);
        }
        int fixed = most(words, unit);
        require(fixed == words, "the text has %s %s, and %s are wanted by what controls it", fixed, unit, words);
        return this;
    }

    /** How many words or characters of a text with this template there are, at most {@code longest}. */
    public int most(int longest, TextUnit unit) {
        return length != null
                ? length
                : infill.isEmpty() ? longest : tokens(unit).size();
    }

    /** The first tokens, {@link #BLANK} for each that is free. */
    List<String> tokens(TextUnit unit) {
        List<String> tokens = new ArrayList<>();
        for (String token : unit.split(prefix + infill)) {
            if (BLANKS.matcher(token).matches()) {
                token.chars().forEach(blank -> tokens.add(BLANK));
            } else {
                tokens.add(token);
            }
        }
        return tokens;
    }

    /** Whether it says how long the text is. */
    boolean fixesLength() {
        return length != null || !infill.isEmpty();
    }
}
