package org.diffusion4j.engine;

import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.pytorch.LongArrayRef;
import org.jspecify.annotations.Nullable;

/** Refuses wrong arguments, with a message that carries the values. */
public final class Require {

    private Require() {}

    /**
     * Refuses an argument.
     *
     * @param message a {@link String#format} pattern, in the user's words: what was expected and what was found
     * @param values of the pattern; sizes of a tensor are shown as {@code [2, 3]}
     * @throws IllegalArgumentException if {@code condition} is false
     */
    @Contract("false, _, _ -> fail")
    public static void require(boolean condition, String message, @Nullable Object... values) {
        if (!condition) {
            @Nullable Object[] shown = new @Nullable Object[values.length];
            for (int i = 0; i < values.length; i++) {
                shown[i] = values[i] instanceof LongArrayRef sizes
                        ? Arrays.toString(sizes.vec().get()) // itself it would show its address
                        : values[i];
            }
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, shown));
        }
    }
}
