package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.Json;

/**
 * The text {@code parameters} of PNG files by which AUTOMATIC1111's web UI, and many programs after it, say how a picture was made:
 * the prompt, the negative prompt, and a last line of fields such as {@code Steps: 20, Sampler: Euler a, Size: 512x768}.
 *
 * @param prompt of any number of lines
 * @param negative the negative prompt, empty where there is none
 * @param fields by name, in their order; a size is width x height
 */
public record GenerationParameters(String prompt, String negative, Map<String, String> fields) {

    private static final Pattern FIELD = Pattern.compile(
            "\\s*(\\w[\\w \\-/]+):\\s*(\"(?:\\\\.|[^\\\\\"])+\"|[^,]*)(?:,|$)", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6})x(\\d{1,6})");
    private static final String NEGATIVE = "Negative prompt:";

    /** With fewer fields the last line belongs to the prompt. */
    private static final int FEWEST_FIELDS = 3;

    /** Refuses names that could not be read back. */
    public GenerationParameters {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        for (String name : fields.keySet()) {
            require(name.matches("(?U)\\w[\\w \\-/]+"), "'%s' cannot be the name of a field", name);
        }
    }

    /** Pixels of a picture. */
    public record Size(int width, int height) {}

    /** Reads a text; whatever is not a field is prompt. Fields with an empty value are dropped. */
    public static GenerationParameters parse(String text) {
        List<String> lines = List.of(text.strip().split("\n", -1));
        int last = lines.size() - 1;
        boolean hasFields = FIELD.matcher(lines.get(last)).results().count() >= FEWEST_FIELDS;
        StringBuilder prompt = new StringBuilder();
        StringBuilder negative = new StringBuilder();
        StringBuilder into = prompt;
        for (String whole : hasFields ? lines.subList(0, last) : lines) {
            String line = whole.strip();
            if (line.startsWith(NEGATIVE)) {
                into = negative;
                line = line.substring(NEGATIVE.length()).strip();
            }
            into.append(into.length() == 0 ? "" : "\n").append(line);
        }
        return new GenerationParameters(
                prompt.toString(), negative.toString(), hasFields ? fields(lines.get(last)) : Map.of());
    }

    private static Map<String, String> fields(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher field = FIELD.matcher(line);
        while (field.find()) {
            if (!field.group(2).isEmpty()) {
                fields.put(field.group(1), unquoted(field.group(2)));
            }
        }
        return fields;
    }

    private static String unquoted(String value) {
        if (value.length() < 2 || !value.startsWith("\"") || !value.endsWith("\"")) {
            return value;
        }
        try {
            return Json.parse(value, "parameters") instanceof String text ? text : value;
        } catch (FormatException e) {
            return value; // quotes that are no JSON are part of the value
        }
    }

    /** The field of that name as a size, such as {@code Size}; empty where it is absent or something else. */
    public Optional<Size> size(String name) {
        Matcher size = SIZE.matcher(fields.getOrDefault(name, ""));
        return size.matches()
                ? Optional.of(new Size(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2))))
                : Optional.empty();
    }

    /** The text, as {@link #parse} reads it where there are no fields, or three and more. Values with commas, colons, quotes or line feeds stand in quotes. */
    public String text() {
        String line = fields.entrySet().stream()
                .map(field -> field.getKey() + ": " + quoted(field.getValue()))
                .collect(Collectors.joining(", "));
        return prompt
                + (negative.isEmpty() ? "" : "\n" + NEGATIVE + " " + negative)
                + (line.isEmpty() ? "" : "\n" + line);
    }

    private static String quoted(String value) {
        return value.matches("(?s).*[,:\"\n].*") ? Json.line(value) : value;
    }
}
