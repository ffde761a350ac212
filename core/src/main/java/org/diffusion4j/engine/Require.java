package org.diffusion4j.engine;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Refuses wrong arguments, with a message that carries the values. */
public final class Require {

    private Require() {}

    /**
     * Refuses an argument.
     *
     * @param message a {@link String#format} pattern, in the user's words: what was expected and what was found
     * @throws IllegalArgumentException if {@code condition} is false
     */
    @Contract("false, _, _ -> fail")
    public static void require(boolean condition, String message, @Nullable Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
        }
    }
}
