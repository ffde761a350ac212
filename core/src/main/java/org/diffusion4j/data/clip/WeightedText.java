package org.diffusion4j.data.clip;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
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
    private static final Pattern BREAK_WORD = Pattern.compile("\\s*\\bBREAK\\b\\s*", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern NUMBER_AND_END =
            Pattern.compile(":\\s*([+-]?(?:\\d+\\.?\\d*|\\.\\d+))\\s*\\)", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern PLAIN = Pattern.compile("[^\\\\()\\[\\]:]+");

    /** Whether this is the mark after which another chunk begins. */
    public boolean isBreak() {
        return equals(BREAK);
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
            Matcher number = NUMBER_AND_END.matcher(prompt);
            Matcher plain = PLAIN.matcher(prompt);
            int at = 0;
            while (at < prompt.length()) {
                char c = prompt.charAt(at);
                if (c == ':'
                        && !round.isEmpty()
                        && number.region(at, prompt.length()).lookingAt()) {
                    multiply(round.pop(), Double.parseDouble(number.group(1)));
                    at = number.end();
                } else if (plain.region(at, prompt.length()).lookingAt()) {
                    addWithBreaks(plain.group());
                    at = plain.end();
                } else {
                    at += special(c, at);
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
                if (i > 0) {
                    parts.add(BREAK);
                }
                add(between[i]);
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
