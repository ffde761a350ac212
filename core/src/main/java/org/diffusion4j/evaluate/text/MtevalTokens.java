package org.diffusion4j.evaluate.text;

import java.util.List;
import java.util.regex.Pattern;

/** Words as sacrebleu splits them by default, the rule "13a" of mteval: symbols are words, and so are . and , unless between digits. */
public final class MtevalTokens {

    private static final Pattern SYMBOL = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
    private static final Pattern BEFORE_POINT = Pattern.compile("([^0-9])([.,])");
    private static final Pattern AFTER_POINT = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH = Pattern.compile("([0-9])(-)");

    private MtevalTokens() {}

    /** The words of a text. */
    public static List<String> of(String text) {
        String plain = text.replace("<skipped>", "")
                .replace("-\n", "")
                .replace("\n", " ")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
        String split = SYMBOL.matcher(" " + plain + " ").replaceAll(" $1 ");
        split = BEFORE_POINT.matcher(split).replaceAll("$1 $2 ");
        split = AFTER_POINT.matcher(split).replaceAll(" $1 $2");
        split = DASH.matcher(split).replaceAll("$1 $2 ").strip();
        return split.isEmpty() ? List.of() : List.of(split.split("\\s+"));
    }
}
