package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;

/**
 * One field of a tree and its new value, as {@code train.batchSize=64}.
 *
 * @param path the keys on the way, the field's own last
 * @param value a JSON tree
 */
record Assignment(List<String> path, @Nullable Object value) {

    /** Reads the text; a value that is not JSON is a text. */
    static Assignment parse(String text) {
        int equals = text.indexOf('=');
        require(equals > 0, "'%s' is not an assignment such as train.batchSize=64", text);
        return new Assignment(
                List.of(text.substring(0, equals).trim().split("\\.")),
                value(text.substring(equals + 1).trim()));
    }

    private static @Nullable Object value(String text) {
        try {
            return Json.parse(text, text);
        } catch (FormatException notJson) {
            return text;
        }
    }

    /** Sets the field; objects on the way are made where absent. */
    @SuppressWarnings("unchecked")
    void applyTo(Map<String, @Nullable Object> tree) {
        Map<String, @Nullable Object> object = tree;
        for (String key : path.subList(0, path.size() - 1)) {
            Object next = object.computeIfAbsent(key, absent -> new LinkedHashMap<String, @Nullable Object>());
            require(next instanceof Map, "'%s' cannot be set: %s has no fields", String.join(".", path), key);
            object = (Map<String, @Nullable Object>) next;
        }
        object.put(path.get(path.size() - 1), value);
    }
}
