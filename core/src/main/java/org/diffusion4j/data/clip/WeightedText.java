package org.diffusion4j.data.clip;

import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A part of a prompt and how much it weighs.
 *
 * <p>The notation of AUTOMATIC1111's web UI: {@code (word)} multiplies by 1.1, {@code [word]} divides by it, {@code (word:1.3)} multiplies
 * by the number; a backslash makes the next bracket or backslash an ordinary character. Brackets that nobody closes reach to the end. The
 * word {@code BREAK} begins another chunk.
 *
 * @param weight 1 for plain text
 */
public record WeightedText(String text, double weight) {

    private static final WeightedText BREAK = new WeightedText("BREAK", -1);

    /** Whether this is the mark after which another chunk begins. */
    public boolean isBreak() {
        return equals(BREAK);
    }

    /** The mark, inside brackets of that weight: there it is none any more, as in the web UI. */
    static WeightedText breakOf(double weight) {
        return new WeightedText(BREAK.text, BREAK.weight * weight);
    }

    /** A decimal number with blanks around it, as people write weights: {@code 1.2}, {@code .5}, {@code -1}; empty where it is none. */
    static OptionalDouble number(String text) {
        String stripped = text.strip();
        boolean plain = !stripped.isEmpty() && stripped.chars().allMatch(c -> "+-.0123456789".indexOf(c) >= 0);
        try {
            return plain ? OptionalDouble.of(new BigDecimal(stripped).doubleValue()) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }

    /** The parts of a prompt in order, neighbours of different weight; one empty part for an empty prompt. */
    public static List<WeightedText> parse(String prompt) {
        return new PromptBrackets(prompt).parts();
    }

    /** The whole prompt as one part of weight 1, whatever brackets it has. */
    public static List<WeightedText> plain(String prompt) {
        return List.of(new WeightedText(prompt, 1));
    }
}
