package org.diffusion4j.data.clip;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A prompt that changes while a picture is drawn.
 *
 * <p>The notation of AUTOMATIC1111's web UI: {@code [from:to:when]}, {@code [to:when]} and {@code [from::when]} change after a step, which
 * is a number, or with a decimal point a share of all steps; {@code [a|b]} takes turns. Other brackets stay for {@link WeightedText}, and
 * so does what does not fit together.
 */
public final class PromptSchedule {

    private static final Pattern WHEN = Pattern.compile("\\s*(\\d+\\.?\\d*|\\.\\d+)\\s*");

    private PromptSchedule() {}

    /**
     * The prompt of some steps.
     *
     * @param lastStep the last step it holds for, counted from 1
     */
    public record Entry(int lastStep, String prompt) {}

    /**
     * The prompts in order; the last one holds for the last step.
     *
     * @param steps how many steps a picture takes, from 1
     */
    public static List<Entry> of(String prompt, int steps) {
        require(steps >= 1, "a schedule needs at least 1 step, were %s", steps);
        Node whole = new Parser(prompt, steps).whole();
        NavigableSet<Integer> ends = new TreeSet<>();
        whole.ends(steps, ends);
        ends.add(steps);
        return ends.stream().map(step -> new Entry(step, whole.at(step))).toList();
    }

    private sealed interface Node {

        /** The text at a step, counted from 1. */
        String at(int step);

        /** Adds the steps after which the text changes. */
        void ends(int steps, NavigableSet<Integer> into);
    }

    private record Text(String text) implements Node {
        @Override
        public String at(int step) {
            return text;
        }

        @Override
        public void ends(int steps, NavigableSet<Integer> into) {}
    }

    private record Sequence(List<Node> nodes) implements Node {
        @Override
        public String at(int step) {
            return nodes.stream().map(node -> node.at(step)).collect(Collectors.joining());
        }

        @Override
        public void ends(int steps, NavigableSet<Integer> into) {
            nodes.forEach(node -> node.ends(steps, into));
        }
    }

    private record Change(Node before, Node after, int when) implements Node {
        @Override
        public String at(int step) {
            return (step <= when ? before : after).at(step);
        }

        @Override
        public void ends(int steps, NavigableSet<Integer> into) {
            if (when >= 1) {
                into.add(when);
            }
            before.ends(steps, into);
            after.ends(steps, into);
        }
    }

    private record Turns(List<Node> options) implements Node {
        @Override
        public String at(int step) {
            return options.get((step - 1) % options.size()).at(step);
        }

        @Override
        public void ends(int steps, NavigableSet<Integer> into) {
            IntStream.rangeClosed(1, steps).forEach(into::add);
        }
    }

    private static final class Parser {

        private final String prompt;
        private final int steps;

        Parser(String prompt, int steps) {
            this.prompt = prompt;
            this.steps = steps;
        }

        Node whole() {
            return sequence(0, prompt.length());
        }

        private Node sequence(int from, int to) {
            List<Node> nodes = new ArrayList<>();
            int plain = from;
            for (int at = from; at < to; at++) {
                int close = prompt.charAt(at) == '[' ? close(at, to) : -1;
                if (prompt.charAt(at) == '\\') {
                    at++; // what it escapes is no bracket
                } else if (close >= 0) {
                    nodes.add(new Text(prompt.substring(plain, at)));
                    nodes.add(square(at, close));
                    plain = close + 1;
                    at = close;
                }
            }
            nodes.add(new Text(prompt.substring(plain, to)));
            return new Sequence(nodes);
        }

        /** Where the bracket at a place is closed before {@code to}, or -1. */
        private int close(int open, int to) {
            int depth = 0;
            for (int at = open; at < to; at++) {
                switch (prompt.charAt(at)) {
                    case '\\' -> at++;
                    case '[', '(' -> depth++;
                    case ']', ')' -> depth--;
                    default -> {}
                }
                if (depth == 0) {
                    return at < to && prompt.charAt(at) == ']' ? at : -1;
                }
            }
            return -1;
        }

        private Node square(int open, int close) {
            List<Integer> turns = places('|', open + 1, close);
            if (turns.size() > 2) {
                return new Turns(between(turns));
            }
            List<Integer> colons = places(':', open + 1, close);
            int parts = colons.size() - 1;
            Matcher when = WHEN.matcher(prompt.substring(colons.get(parts - 1) + 1, close));
            if ((parts == 2 || parts == 3) && when.matches()) {
                List<Node> texts = between(colons.subList(0, parts));
                Node before = parts == 3 ? texts.get(0) : new Text("");
                return new Change(before, texts.get(parts - 2), step(when.group(1)));
            }
            return new Sequence(List.of(new Text("["), sequence(open + 1, close), new Text("]")));
        }

        /** What lies around a mark that stands outside inner brackets: the place before, those of the mark, the end. */
        private List<Integer> places(char mark, int from, int to) {
            List<Integer> places = new ArrayList<>(List.of(from - 1));
            int depth = 0;
            for (int at = from; at < to; at++) {
                char c = prompt.charAt(at);
                if (c == '\\') {
                    at++;
                } else if (c == mark && depth == 0) {
                    places.add(at);
                } else if (c == '[' || c == '(') {
                    depth++;
                } else if (c == ']' || c == ')') {
                    depth--;
                }
            }
            places.add(to);
            return places;
        }

        private List<Node> between(List<Integer> places) {
            List<Node> nodes = new ArrayList<>();
            for (int i = 0; i + 1 < places.size(); i++) {
                nodes.add(sequence(places.get(i) + 1, places.get(i + 1)));
            }
            return nodes;
        }

        private int step(String number) {
            double value = Double.parseDouble(number);
            return (int) Math.min(steps, number.contains(".") ? value * steps : value);
        }
    }
}
