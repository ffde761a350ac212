package org.diffusion4j.data.clip;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * Prompts that steer together: {@code a cat AND a dog :0.5}.
 *
 * <p>Liu et al., "Compositional Visual Generation with Composable Diffusion Models", ECCV 2022, on conjunction: the prediction is
 * {@code uncond + Σ scale·weight·(cond − uncond)}.
 */
public final class ComposedPrompt {

    private static final Pattern AND = Pattern.compile("\\bAND\\b", Pattern.UNICODE_CHARACTER_CLASS);

    private ComposedPrompt() {}

    /** The prompts and their weights in order, 1 where none stands; blanks before {@code AND} and before a weight are dropped. */
    public static List<WeightedText> parse(String prompt) {
        return Arrays.stream(AND.split(prompt, -1)).map(ComposedPrompt::part).toList();
    }

    /** What stands after the last colon is the weight, where it is a number. */
    private static WeightedText part(String text) {
        int colon = text.lastIndexOf(':');
        OptionalDouble weight = colon < 0 ? OptionalDouble.empty() : WeightedText.number(text.substring(colon + 1));
        return weight.isPresent()
                ? new WeightedText(text.substring(0, colon).stripTrailing(), weight.getAsDouble())
                : new WeightedText(text.stripTrailing(), 1);
    }
}
