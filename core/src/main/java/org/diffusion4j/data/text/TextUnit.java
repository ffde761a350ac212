package org.diffusion4j.data.text;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What a token of a text is. */
public enum TextUnit {

    /** What stands between white space; a text is words with one space between. */
    WORDS(" ", text -> List.of(text.strip().split("\\s+"))),

    /** A Unicode character that is not white space; a text is characters with nothing between. */
    CHARACTERS(
            "",
            text -> text.codePoints()
                    .filter(character -> !Character.isWhitespace(character))
                    .mapToObj(Character::toString)
                    .toList());

    private final String between;
    private final Function<String, List<String>> split;

    TextUnit(String between, Function<String, List<String>> split) {
        this.between = between;
        this.split = split;
    }

    /** The tokens of a text; none of a blank one. */
    public List<String> split(String text) {
        return text.isBlank() ? List.of() : split.apply(text);
    }

    /** The text of tokens. */
    public String join(List<String> tokens) {
        return String.join(between, tokens);
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
