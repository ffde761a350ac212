package org.diffusion4j.io;

import static org.diffusion4j.engine.Require.require;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.jspecify.annotations.Nullable;

/**
 * JSON, strictly: UTF-8, no duplicate key, no NaN, no comment, nothing after the value.
 *
 * <p>A tree consists of {@code Map<String, Object>} in the order of the file, {@code List<Object>}, {@link String}, {@link Boolean},
 * {@link Long} ({@link BigInteger} where a long is too short), {@link Double} and null. The same tree is written as the same bytes
 * on every Java. Errors name the source, line and column.
 */
public final class Json {

    private static final int MAX_DEPTH = 200;
    private static final long MAX_FILE = 64L << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER) // Double.toString differs between Java 17 and 19
            .build();

    private static final JsonFactory OF_PYTHON =
            FACTORY.rebuild().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    private Json() {}

    /**
     * Reads a file of at most 64 MiB.
     *
     * @throws FormatException if it is not strict JSON
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    public static @Nullable Object read(Path file) {
        return read(file, FACTORY);
    }

    private static @Nullable Object read(Path file, JsonFactory factory) {
        try {
            long size = Files.size(file);
            if (size > MAX_FILE) {
                throw new FormatException(file + ": is " + size + " bytes long, a JSON file may have " + MAX_FILE);
            }
            return parse(Files.readAllBytes(file), file.toString(), factory);
        } catch (IOException e) {
            throw FileTrouble.reading(file, e);
        }
    }

    /** Reads a file that holds an object. */
    public static Map<String, @Nullable Object> readObject(Path file) {
        return object(read(file), file.toString());
    }

    /**
     * Reads a file that holds an object and that Python may have written: its members may be NaN or infinite, which JSON has no
     * words for.
     */
    public static Map<String, @Nullable Object> readObjectOfPython(Path file) {
        return object(read(file, OF_PYTHON), file.toString());
    }

    /**
     * Reads a tree.
     *
     * @param source where the text comes from, for messages
     */
    public static @Nullable Object parse(String text, String source) {
        return parse(text.getBytes(StandardCharsets.UTF_8), source);
    }

    static @Nullable Object parse(byte[] utf8, String source) {
        return parse(utf8, source, FACTORY);
    }

    private static @Nullable Object parse(byte[] utf8, String source, JsonFactory factory) {
        var reader = new InputStreamReader(
                new ByteArrayInputStream(utf8), StandardCharsets.UTF_8.newDecoder()); // a new decoder reports bad bytes
        try (JsonParser parser = factory.createParser(reader)) {
            if (parser.nextToken() == null) {
                throw new FormatException(source + ": is empty, a JSON value was expected");
            }
            Object tree = value(parser, source);
            if (parser.nextToken() != null) {
                throw at(parser, source, "there is more text after the end of the JSON value");
            }
            return tree;
        } catch (CharacterCodingException e) {
            throw new FormatException(source + ": is not UTF-8 text", e);
        } catch (JsonProcessingException e) {
            throw new FormatException(source + where(e.getLocation()) + plain(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException(source, e); // reading from memory does not fail
        }
    }

    /** Reads a tree that is an object. */
    public static Map<String, @Nullable Object> parseObject(String text, String source) {
        return object(parse(text, source), source);
    }

    /** Refuses a tree that is not an object. */
    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> object(@Nullable Object tree, String source) {
        if (tree instanceof Map<?, ?>) {
            return (Map<String, @Nullable Object>) tree;
        }
        throw new FormatException(source + ": is " + kind(tree) + ", an object was expected");
    }

    /** The tree as text: two blanks of indentation, one value a line, a line feed at the end. */
    public static String pretty(@Nullable Object tree) {
        var printer = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                        .withObjectEmptySeparator("")
                        .withArrayEmptySeparator(""))
                .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                .withArrayIndenter(new DefaultIndenter("  ", "\n"));
        return text(tree, printer) + "\n";
    }

    /** The tree as one line without blanks and without a line feed. */
    public static String line(@Nullable Object tree) {
        return text(tree, null);
    }

    /**
     * Writes a file, {@linkplain #pretty pretty}, whole or not at all.
     *
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be written
     */
    public static void write(Path file, @Nullable Object tree) {
        AtomicFile.write(file, pretty(tree));
    }

    /**
     * Sets one value of a tree, as {@code train.batchSize=64}; objects on the way are made where absent.
     *
     * @param assignment a dotted path and a value in JSON; what is not JSON is taken as text
     * @throws IllegalArgumentException if it is no assignment, or the path leads through something else than an object
     */
    public static void set(Map<String, @Nullable Object> tree, String assignment) {
        int equals = assignment.indexOf('=');
        require(equals > 0, "'%s' is not of the form path=value, such as train.batchSize=64", assignment);
        String[] path = assignment.substring(0, equals).strip().split("\\.", -1);
        Map<String, @Nullable Object> object = tree;
        for (int i = 0; i < path.length - 1; i++) {
            Object next = object.computeIfAbsent(path[i], absent -> new LinkedHashMap<String, @Nullable Object>());
            require(next instanceof Map, "'%s': '%s' is %s, an object was expected", assignment, path[i], kind(next));
            object = object(next, path[i]);
        }
        object.put(
                path[path.length - 1], valueOf(assignment.substring(equals + 1).strip()));
    }

    private static @Nullable Object valueOf(String text) {
        try {
            return parse(text, text);
        } catch (FormatException notJson) {
            return text;
        }
    }

    /** What a value of a tree is called in messages. */
    static String kind(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof Map<?, ?>) {
            return "an object";
        }
        if (value instanceof List<?>) {
            return "a list";
        }
        return (value instanceof String ? "the text " : value instanceof Boolean ? "" : "the number ") + line(value);
    }

    private static @Nullable Object value(JsonParser parser, String source) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> members(parser, source);
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser, source));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? parser.getBigIntegerValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> {
                double number = parser.getDoubleValue();
                if (!Double.isFinite(number)) {
                    throw at(parser, source, "the number " + parser.getText() + " is too large");
                }
                yield number;
            }
            default -> throw new IllegalStateException("unexpected token " + parser.currentToken());
        };
    }

    private static Map<String, @Nullable Object> members(JsonParser parser, String source) throws IOException {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            if (map.containsKey(key)) {
                throw at(parser, source, "the key '" + key + "' stands twice in one object");
            }
            boolean ofPython = parser.nextToken() == JsonToken.VALUE_NUMBER_FLOAT && parser.isNaN();
            map.put(key, ofPython ? (Object) parser.getDoubleValue() : value(parser, source));
        }
        return map;
    }

    private static FormatException at(JsonParser parser, String source, String what) {
        return new FormatException(source + where(parser.currentTokenLocation()) + what);
    }

    /** The parser's message without its lists of tokens and its advice on its own switches. */
    private static String plain(String message) {
        return message.replaceFirst("(: enable `|: was expecting \\(JSON| \\(JSON String| \\(start marker).*", "");
    }

    private static String where(@Nullable JsonLocation location) {
        return location == null ? ": " : ": line " + location.getLineNr() + ", column " + location.getColumnNr() + ": ";
    }

    private static String text(@Nullable Object tree, @Nullable DefaultPrettyPrinter printer) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            if (printer != null) {
                generator.setPrettyPrinter(printer);
            }
            write(generator, tree);
        } catch (IOException e) {
            throw new UncheckedIOException("JSON in memory", e); // writing to memory does not fail
        }
        return text.toString();
    }

    private static void write(JsonGenerator generator, @Nullable Object tree) throws IOException {
        if (tree == null) {
            generator.writeNull();
        } else if (tree instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> member : map.entrySet()) {
                generator.writeFieldName((String) member.getKey());
                write(generator, member.getValue());
            }
            generator.writeEndObject();
        } else if (tree instanceof List<?> list) {
            generator.writeStartArray();
            for (Object element : list) {
                write(generator, element);
            }
            generator.writeEndArray();
        } else if (tree instanceof String string) {
            generator.writeString(string);
        } else if (tree instanceof Boolean bool) {
            generator.writeBoolean(bool);
        } else if (tree instanceof Double || tree instanceof Float) {
            double number = ((Number) tree).doubleValue();
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException("JSON has no number " + number);
            }
            generator.writeNumber(number);
        } else if (tree instanceof BigInteger integer) {
            generator.writeNumber(integer);
        } else if (tree instanceof Number integer) {
            generator.writeNumber(integer.longValue());
        } else {
            throw new IllegalArgumentException("a JSON tree cannot hold a value of " + tree.getClass());
        }
    }
}
