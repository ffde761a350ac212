package org.diffusion4j.text.control;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.data.text.Phrase;
import org.diffusion4j.data.text.TaggedText;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;

/**
 * A goal by which control is measured.
 *
 * @param words of the text that it was taken from, which meets it; empty where there is none
 */
public record ControlTarget(ControlGoal goal, List<String> words) {

    private static final String SPANS = "spans";

    public ControlTarget {
        words = List.copyOf(words);
    }

    /**
     * Reads Diffusion-LM's files of targets, a JSON value a line: {@code ["food", ":", "Italian"]}, also {@code ["length", ":", "12"]};
     * {@code {"words_": …, "pos": …}}; {@code {"words_": …, "spans": [[10, 12, "PP"]]}}. The marks START and END and line feeds are no words.
     *
     * @return at least one
     * @throws FormatException if a line is something else
     */
    public static List<ControlTarget> read(Path file) {
        List<ControlTarget> targets = new ArrayList<>();
        int number = 0;
        for (String line : TaggedFile.lines(file)) {
            String source = file + ": target " + ++number;
            targets.addAll(targets(Json.parse(line, source), source));
        }
        return targets;
    }

    @SuppressWarnings("unchecked") // keys of trees are texts
    private static List<ControlTarget> targets(@Nullable Object tree, String source) {
        try {
            if (tree instanceof List<?> list && list.contains(":")) {
                return List.of(ofFact(TaggedFile.strings(list, source)));
            }
            if (tree instanceof Map<?, ?> map && map.containsKey(TaggedFile.TAGS)) {
                TaggedText text = TaggedFile.text((Map<String, @Nullable Object>) map, source);
                return List.of(new ControlTarget(new TagsGoal(text.tags()), text.words()));
            }
            if (tree instanceof Map<?, ?> map && map.get(SPANS) instanceof List<?> spans) {
                List<String> tokens = TaggedFile.strings(map.get(TaggedFile.WORDS), source);
                return spans.stream().map(span -> ofSpan(tokens, span, source)).toList();
            }
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + e.getMessage(), e);
        }
        throw new FormatException(
                source + ": is no target; such are [\"food\", \":\", \"Italian\"], {\"words_\": …, \"pos\": …}"
                        + " and {\"words_\": …, \"spans\": [[10, 12, \"PP\"]]}, one a line");
    }

    private static ControlTarget ofFact(List<String> tokens) {
        int colon = tokens.indexOf(":");
        return new ControlTarget(
                ControlGoal.of(
                        String.join(" ", tokens.subList(0, colon)),
                        String.join(" ", tokens.subList(colon + 1, tokens.size()))),
                List.of());
    }

    /** Its numbers count from the token after START, a line feed at the end included. */
    private static ControlTarget ofSpan(List<String> tokens, Object span, String source) {
        if (!(span instanceof List<?> parts)
                || parts.size() != 3
                || !(parts.get(0) instanceof Long first)
                || !(parts.get(1) instanceof Long last)
                || !(parts.get(2) instanceof String label)
                || first < 0
                || first > last
                || last >= tokens.size() - 1) {
            throw new FormatException(source + ": " + span + " is no span of its words; such is [10, 12, \"PP\"]");
        }
        int[] kept = IntStream.range(1, tokens.size())
                .filter(i -> TaggedFile.isWord(tokens.get(i)))
                .toArray();
        int before = (int) IntStream.of(kept).filter(i -> i < 1 + first).count();
        int until = (int) IntStream.of(kept).filter(i -> i <= 1 + last).count();
        if (until <= before) {
            throw new FormatException(source + ": the span " + span + " has no word");
        }
        return new ControlTarget(
                new SpanGoal(new Phrase(before, until - 1, label)),
                IntStream.of(kept).mapToObj(tokens::get).toList());
    }
}
