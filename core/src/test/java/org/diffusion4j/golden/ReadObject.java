package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A JSON object that keeps which of its keys were read. To ask whether it has one is not to read it. */
@SuppressWarnings("unchecked") // the return type of Jackson's deepCopy()
final class ReadObject extends ObjectNode {

    private static final long serialVersionUID = 1;

    /** Makes every object of a tree one of these. */
    static final JsonNodeFactory FACTORY = new JsonNodeFactory() {
        private static final long serialVersionUID = 1;

        @Override
        public ObjectNode objectNode() {
            return new ReadObject(this);
        }
    };

    private final transient Set<String> read = new HashSet<>();

    private ReadObject(JsonNodeFactory factory) {
        super(factory);
    }

    @Override
    public JsonNode get(String key) {
        read.add(key);
        return super.get(key);
    }

    @Override
    public JsonNode path(String key) {
        read.add(key);
        return super.path(key);
    }

    @Override
    public boolean has(String key) {
        return super.get(key) != null;
    }

    @Override
    public boolean hasNonNull(String key) {
        return has(key) && !super.get(key).isNull();
    }

    /** Reads this and all that it holds. */
    void readWhole() {
        for (Map.Entry<String, JsonNode> entry : properties()) {
            readWhole(entry.getKey());
        }
    }

    /** Reads one key and all that its value holds. */
    void readWhole(String key) {
        if (get(key) instanceof ReadObject inner) {
            inner.readWhole();
        }
    }

    /** The paths of the keys that nobody read; a key that is null says nothing. */
    Stream<String> unread() {
        return properties().stream()
                .filter(entry -> !entry.getValue().isNull())
                .flatMap(entry -> !read.contains(entry.getKey())
                        ? Stream.of(entry.getKey())
                        : entry.getValue() instanceof ReadObject inner
                                ? inner.unread().map(path -> entry.getKey() + "." + path)
                                : Stream.empty());
    }
}
