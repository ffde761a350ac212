package org.diffusion4j.data.clip;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

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

    private static final double EMPHASIS = 1.1;
    private static final WeightedText BREAK = new WeightedText("BREAK", -1);
    private static final Pattern BREAK_WORD = Pattern.compile("\\bBREAK\\b", Pattern.UNICODE_CHARACTER_CLASS);
    private static final String SPECIAL = "\\()[]:";

    /** Whether this is the mark after which another chunk begins. */
    public boolean isBreak() {
        return equals(BREAK);
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
        return new Parser(prompt).parts();
    }

    /** The whole prompt as one part of weight 1, whatever brackets it has. */
    public static List<WeightedText> plain(String prompt) {
        return List.of(new WeightedText(prompt, 1));
    }

    private static final class Parser {

        private final String prompt;
        private final List<WeightedText> parts = new ArrayList<>();

        /** Which part was the first after each bracket that is still open. */
        private final Deque<Integer> round = new ArrayDeque<>();

        private final Deque<Integer> square = new ArrayDeque<>();

        Parser(String prompt) {
            this.prompt = prompt;
        }

        List<WeightedText> parts() {
            int at = 0;
            while (at < prompt.length()) {
                int next = at;
                while (next < prompt.length() && SPECIAL.indexOf(prompt.charAt(next)) < 0) {
                    next++;
                }
                if (next > at) {
                    addWithBreaks(prompt.substring(at, next));
                    at = next;
                } else {
                    at += special(prompt.charAt(at), at);
                }
            }
            round.forEach(from -> multiply(from, EMPHASIS));
            square.forEach(from -> multiply(from, 1 / EMPHASIS));
            return merged();
        }

        /** Takes a bracket, a colon or a backslash with what it escapes; how many characters that is. */
        private int special(char c, int at) {
            if (c == '\\') {
                boolean escapes = at + 1 < prompt.length() && "()[]\\".indexOf(prompt.charAt(at + 1)) >= 0;
                if (escapes) {
                    add(prompt.substring(at + 1, at + 2));
                }
                return escapes ? 2 : 1;
            }
            if (c == ':' && !round.isEmpty()) {
                int end = prompt.indexOf(')', at);
                OptionalDouble factor = end < 0 ? OptionalDouble.empty() : number(prompt.substring(at + 1, end));
                if (factor.isPresent()) {
                    multiply(round.pop(), factor.getAsDouble());
                    return end + 1 - at;
                }
            }
            if (c == '(') {
                round.push(parts.size());
            } else if (c == '[') {
                square.push(parts.size());
            } else if (c == ')' && !round.isEmpty()) {
                multiply(round.pop(), EMPHASIS);
            } else if (c == ']' && !square.isEmpty()) {
                multiply(square.pop(), 1 / EMPHASIS);
            } else {
                add(String.valueOf(c));
            }
            return 1;
        }

        private void addWithBreaks(String text) {
            String[] between = BREAK_WORD.split(text, -1);
            for (int i = 0; i < between.length; i++) {
                String part = between[i];
                if (i > 0) { // blanks beside the word belong to it
                    parts.add(BREAK);
                    part = part.stripLeading();
                }
                add(i < between.length - 1 ? part.stripTrailing() : part);
            }
        }

        private void add(String text) {
            parts.add(new WeightedText(text, 1));
        }

        private void multiply(int from, double factor) {
            parts.subList(from, parts.size()).replaceAll(part -> new WeightedText(part.text(), part.weight() * factor));
        }

        private List<WeightedText> merged() {
            if (parts.isEmpty()) {
                return plain("");
            }
            List<WeightedText> merged = new ArrayList<>();
            for (WeightedText part : parts) {
                int last = merged.size() - 1;
                if (last >= 0 && merged.get(last).weight() == part.weight()) {
                    merged.set(last, new WeightedText(merged.get(last).text() + part.text(), part.weight()));
                } else {
                    merged.add(part);
                }
            }
            return List.copyOf(merged);
        }
    }
}
