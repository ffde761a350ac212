package org.diffusion4j.engine;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The root of what the library throws besides wrong arguments; its message says where, what and what to do, in one line.
 *
 * <p>A message may quote a file that nobody trusts. So that such a file can neither write lines of its own nor move the cursor of a
 * terminal, control characters appear as their escapes, and a very long message lacks its middle.
 */
public class DiffusionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 2000;
    private static final int LONGEST_END = 400;

    /** Controls, line and paragraph separators, and what reverses the direction of writing. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\u202a-\\u202e\\u2066-\\u2069]");

    public DiffusionException(String message) {
        super(oneLine(message));
    }

    public DiffusionException(String message, @Nullable Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        String plain = UNPRINTABLE
                .matcher(shortened(message)) // twice, for escapes are longer than what they stand for
                .replaceAll(
                        found -> String.format("\\\\u%04x", (int) found.group().charAt(0)));
        return shortened(plain);
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST
                ? text
                : text.substring(0, LONGEST - LONGEST_END) + " … " + text.substring(text.length() - LONGEST_END);
    }
}
