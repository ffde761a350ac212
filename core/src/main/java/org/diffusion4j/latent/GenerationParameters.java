package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
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

    private static final Pattern SIZE = Pattern.compile("(\\d{1,6})x(\\d{1,6})");
    private static final String NEGATIVE = "Negative prompt:";

    /** With fewer fields the last line belongs to the prompt. */
    private static final int FEWEST_FIELDS = 3;

    /** Refuses names that could not be read back. */
    public GenerationParameters {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        for (String name : fields.keySet()) {
            require(isName(name), "'%s' cannot be the name of a field", name);
        }
    }

    /** Two characters and more: letters, digits, {@code _}, and after the first also blanks, {@code -} and {@code /}. */
    private static boolean isName(String name) {
        return name.length() > 1
                && (Character.isLetterOrDigit(name.charAt(0)) || name.charAt(0) == '_')
                && name.chars().allMatch(c -> FieldLine.isOfName((char) c));
    }

    /** Pixels of a picture. */
    public record Size(int width, int height) {}

    /** Reads a text; whatever is not a field is prompt. Fields with an empty value are dropped. */
    public static GenerationParameters parse(String text) {
        List<String> lines = List.of(text.strip().split("\n", -1));
        int last = lines.size() - 1;
        List<Field> found = new FieldLine(lines.get(last)).fields();
        boolean hasFields = found.size() >= FEWEST_FIELDS;
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
        return new GenerationParameters(prompt.toString(), negative.toString(), hasFields ? byName(found) : Map.of());
    }

    private static Map<String, String> byName(List<Field> found) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (Field field : found) {
            if (!field.value.isEmpty()) {
                fields.put(field.name, unquoted(field.value));
            }
        }
        return fields;
    }

    private record Field(String name, String value) {}

    /** Reads {@code name: value, name: "value, with a comma"} from left to right; what is no field is passed over. */
    private static final class FieldLine {

        private final String line;
        private int at;

        FieldLine(String line) {
            this.line = line;
        }

        List<Field> fields() {
            List<Field> fields = new ArrayList<>();
            while (at < line.length()) {
                int begin = at;
                while (at < line.length() && isOfName(line.charAt(at))) {
                    at++;
                }
                String name = line.substring(begin, at).stripLeading();
                if (at < line.length() && line.charAt(at) == ':' && isName(name)) {
                    at++;
                    fields.add(new Field(name, value()));
                } else {
                    at = Math.max(at, begin + 1);
                }
            }
            return fields;
        }

        private static boolean isOfName(char c) {
            return Character.isLetterOrDigit(c) || "_ -/".indexOf(c) >= 0;
        }

        /** Up to the comma behind it, which is taken too; one in quotes may have commas. */
        private String value() {
            while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
                at++;
            }
            int begin = at;
            int end = at < line.length() && line.charAt(at) == '"' ? afterQuotes() : begin;
            boolean quoted = end > begin && (end == line.length() || line.charAt(end) == ',');
            if (!quoted) {
                int comma = line.indexOf(',', begin);
                end = comma < 0 ? line.length() : comma;
            }
            at = end + 1;
            return line.substring(begin, end);
        }

        /** Behind the quote that ends what begins here, or here where none does. */
        private int afterQuotes() {
            for (int i = at + 1; i < line.length(); i++) {
                if (line.charAt(i) == '\\') {
                    i++;
                } else if (line.charAt(i) == '"') {
                    return i + 1;
                }
            }
            return at;
        }
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
