package org.diffusion4j.data.clip;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prompts that steer together: {@code a cat AND a dog :0.5}.
 *
 * <p>Liu et al., "Compositional Visual Generation with Composable Diffusion Models", ECCV 2022, equation 11: the prediction is
 * {@code uncond + Σ scale·weight·(cond − uncond)}.
 */
public final class ComposedPrompt {

    private static final Pattern AND = Pattern.compile("\\bAND\\b", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WEIGHT = Pattern.compile(
            "(.*?)\\s*:\\s*([-+]?(?:\\d+\\.?|\\d*\\.\\d+))", Pattern.UNICODE_CHARACTER_CLASS | Pattern.DOTALL);

    private ComposedPrompt() {}

    /** The prompts and their weights in order, 1 where none stands; blanks before {@code AND} and before a weight are dropped. */
    public static List<WeightedText> parse(String prompt) {
        return Arrays.stream(AND.split(prompt, -1)).map(ComposedPrompt::part).toList();
    }

    private static WeightedText part(String text) {
        String trimmed = text.stripTrailing();
        Matcher weight = WEIGHT.matcher(trimmed);
        return weight.matches()
                ? new WeightedText(weight.group(1), Double.parseDouble(weight.group(2)))
                : new WeightedText(trimmed, 1);
    }
}
