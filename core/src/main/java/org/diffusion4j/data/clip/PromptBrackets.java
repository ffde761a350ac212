package org.diffusion4j.data.clip;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * A prompt cut at its brackets. A first reading finds which bracket closes which, and so by how much each one multiplies; a second one
 * multiplies what is open along the text. Both take time that grows with the length alone.
 */
final class PromptBrackets {

    private static final double ROUND = 1.1;
    private static final double SQUARE = 1 / ROUND;
    private static final String MEANINGFUL = "\\()[]:";
    private static final Pattern BREAK = Pattern.compile("\\bBREAK\\b", Pattern.UNICODE_CHARACTER_CLASS);

    /** What happens at a place of the prompt, to the brackets that are open there and to the parts so far. */
    private interface Event {
        void apply(Weights open, List<WeightedText> parts);
    }

    /** A round bracket that opens. Its factor is known when it is closed. */
    private static final class Opening {

        private double factor = ROUND;
    }

    /** The products of the factors of what is open: round and square brackets need not nest in each other. */
    private static final class Weights {

        private final Deque<Double> round = new ArrayDeque<>(List.of(1.0));
        private final Deque<Double> square = new ArrayDeque<>(List.of(1.0));

        double product() {
            return round.element() * square.element();
        }
    }

    private final String prompt;
    private final List<Event> events = new ArrayList<>();
    private final Deque<Opening> round = new ArrayDeque<>();
    private int openSquares;

    PromptBrackets(String prompt) {
        this.prompt = prompt;
        int at = 0;
        while (at < prompt.length()) {
            at = MEANINGFUL.indexOf(prompt.charAt(at)) < 0 ? words(at) : mark(at);
        }
    }

    /** The parts in order, of different weight from one to the next; one empty part where there is none. */
    List<WeightedText> parts() {
        Weights open = new Weights();
        List<WeightedText> parts = new ArrayList<>();
        events.forEach(event -> event.apply(open, parts));
        return parts.isEmpty() ? WeightedText.plain("") : List.copyOf(joined(parts));
    }

    /** Reads up to the next character that means something; returns where that is. */
    private int words(int from) {
        int to = from;
        while (to < prompt.length() && MEANINGFUL.indexOf(prompt.charAt(to)) < 0) {
            to++;
        }
        String[] between = BREAK.split(prompt.substring(from, to), -1);
        for (int i = 0; i < between.length; i++) {
            String words = between[i]; // blanks beside the mark belong to it
            words = i == 0 ? words : words.stripLeading();
            text(i == between.length - 1 ? words : words.stripTrailing());
            if (i < between.length - 1) {
                events.add((open, parts) -> parts.add(WeightedText.breakOf(open.product())));
            }
        }
        return to;
    }

    /** Reads one character that means something, and what belongs to it; returns where that ends. */
    private int mark(int at) {
        return switch (prompt.charAt(at)) {
            case '(' -> {
                Opening opening = new Opening();
                round.push(opening);
                events.add((open, parts) -> open.round.push(open.round.element() * opening.factor));
                yield at + 1;
            }
            case '[' -> {
                openSquares++;
                events.add((open, parts) -> open.square.push(open.square.element() * SQUARE));
                yield at + 1;
            }
            case ')' -> round.isEmpty() ? literal(at) : closeRound(ROUND, at + 1);
            case ']' -> {
                if (openSquares == 0) {
                    yield literal(at);
                }
                openSquares--;
                events.add((open, parts) -> open.square.pop());
                yield at + 1;
            }
            case ':' -> {
                int end = endOfNumber(at + 1);
                boolean closes = !round.isEmpty() && end < prompt.length() && prompt.charAt(end) == ')';
                OptionalDouble factor =
                        closes ? WeightedText.number(prompt.substring(at + 1, end)) : OptionalDouble.empty();
                yield factor.isPresent() ? closeRound(factor.getAsDouble(), end + 1) : literal(at);
            }
            default -> { // a backslash, which is dropped where it escapes nothing
                boolean escapes = at + 1 < prompt.length() && "()[]\\".indexOf(prompt.charAt(at + 1)) >= 0;
                yield escapes ? literal(at + 1) : at + 1;
            }
        };
    }

    /** Where blanks and the characters of numbers end. */
    private int endOfNumber(int from) {
        int end = from;
        while (end < prompt.length()
                && (Character.isWhitespace(prompt.charAt(end)) || "+-.0123456789".indexOf(prompt.charAt(end)) >= 0)) {
            end++;
        }
        return end;
    }

    private int closeRound(double factor, int end) {
        round.pop().factor = factor;
        events.add((open, parts) -> open.round.pop());
        return end;
    }

    private int literal(int at) {
        text(prompt.substring(at, at + 1));
        return at + 1;
    }

    private void text(String text) {
        events.add((open, parts) -> parts.add(new WeightedText(text, open.product())));
    }

    /** Neighbours of equal weight as one part. */
    private static List<WeightedText> joined(List<WeightedText> parts) {
        List<WeightedText> joined = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            text.append(parts.get(i).text());
            double weight = parts.get(i).weight();
            if (i + 1 == parts.size() || parts.get(i + 1).weight() != weight) {
                joined.add(new WeightedText(text.toString(), weight));
                text.setLength(0);
            }
        }
        return joined;
    }
}
