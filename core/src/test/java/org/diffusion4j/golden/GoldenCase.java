package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One recorded case of a reference implementation: a JSON file with literals and, beside it, a safetensors file.
 *
 * <p>The files are read here by a few lines of their own, so that a fault in the library's reader cannot hide itself. A case keeps
 * which keys of its {@code config} and its {@code inputs} were read: what a check overlooks is in {@link #unread}.
 */
public final class GoldenCase {

    private static final ObjectMapper JSON = new ObjectMapper().setNodeFactory(ReadObject.FACTORY);

    private final Path file;
    private final JsonNode root;
    private final Map<String, Array> tensors;

    private GoldenCase(Path file, JsonNode root, Map<String, Array> tensors) {
        this.file = file;
        this.root = root;
        this.tensors = tensors;
    }

    /** Numbers of a case with their shape, in float64; {@code kind} is F32, F64 or I64 as stored, or LITERAL. */
    public record Array(double[] values, long[] shape, String kind) {

        public double scalar() {
            if (values.length != 1) {
                throw new IllegalArgumentException("not a scalar: " + values.length + " values");
            }
            return values[0];
        }
    }

    public static GoldenCase read(Path file) {
        try {
            JsonNode root = JSON.readTree(file.toFile());
            Path data = file.resolveSibling(file.getFileName().toString().replaceAll("\\.json$", ".safetensors"));
            return new GoldenCase(file, root, Files.exists(data) ? tensorsOf(data) : Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    public Path file() {
        return file;
    }

    public String kind() {
        return root.path("kind").asText(file.getParent().getFileName().toString());
    }

    public String name() {
        return root.path("name").asText(file.getFileName().toString().replaceAll("\\.json$", ""));
    }

    /** The reference's symbol, such as {@code DDIMScheduler.set_timesteps}, or the class whose names these are. */
    public String symbol() {
        return root.path("source").path("symbol").asText(root.path("class").asText());
    }

    /** Whether the expected values reproduce a fault of the reference. */
    public boolean referenceDefect() {
        return root.path("reference_defect").asBoolean(false);
    }

    public String notes() {
        return root.path("notes").asText("");
    }

    /** The whole file, for what the methods below do not reach. */
    public JsonNode json() {
        return root;
    }

    public JsonNode config() {
        return root.path("config");
    }

    /** A copy of {@code config} as plain maps, lists, strings, numbers and booleans; to get a value of it reads the case's. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> configMap() {
        return new LinkedHashMap<>(JSON.convertValue(config(), Map.class)) {
            private static final long serialVersionUID = 1;

            @Override
            public Object get(Object key) {
                ((ReadObject) config()).readWhole((String) key);
                return super.get(key);
            }
        };
    }

    /**
     * Takes keys for read that a right result cannot depend on.
     *
     * @param paths such as {@code config.a} or {@code inputs.b.c}; a key that the case lacks is passed over
     */
    public void needsNo(String... paths) {
        for (String path : paths) {
            int last = path.lastIndexOf('.');
            JsonNode holder = root.at("/" + path.substring(0, last).replace('.', '/'));
            if (holder instanceof ReadObject object) {
                object.readWhole(path.substring(last + 1));
            }
        }
    }

    /** The keys of {@code config} and {@code inputs} that nobody has read, as {@code inputs.model.s}. */
    public List<String> unread() {
        return Stream.of("config", "inputs")
                .flatMap(section -> root.path(section) instanceof ReadObject object
                        ? object.unread().map(path -> section + "." + path)
                        : Stream.empty())
                .toList();
    }

    public boolean hasInput(String name) {
        return root.path("inputs").hasNonNull(name);
    }

    public boolean expects(String name) {
        return root.path("expected").hasNonNull(name);
    }

    public List<String> expectedNames() {
        List<String> names = new ArrayList<>();
        root.path("expected").fieldNames().forEachRemaining(names::add);
        return names;
    }

    public Array input(String name) {
        return array("inputs", name);
    }

    public Array expected(String name) {
        return array("expected", name);
    }

    /** The tensor of that key in the safetensors file. */
    public Array tensor(String key) {
        Array found = tensors.get(key);
        if (found == null) {
            throw new IllegalArgumentException(file + " has no tensor '" + key + "'");
        }
        return found;
    }

    /** All tensors beside the JSON file by key. */
    public Map<String, Array> tensors() {
        return tensors;
    }

    public double atol(String name) {
        return tolerance(name).path("atol").asDouble();
    }

    public double rtol(String name) {
        return tolerance(name).path("rtol").asDouble();
    }

    private JsonNode tolerance(String name) {
        JsonNode own = root.path("tolerance_by_name").path(name);
        return own.isMissingNode() ? root.path("tolerance") : own;
    }

    private Array array(String section, String name) {
        JsonNode node = root.path(section).path(name);
        if (node.isMissingNode() || node.isNull()) {
            throw new IllegalArgumentException(file + " has no " + section + "." + name);
        }
        if (node.isObject() && node.has("tensor")) {
            return tensor(node.get("tensor").asText());
        }
        List<Double> values = new ArrayList<>();
        flatten(node, values);
        List<Long> shape = new ArrayList<>();
        for (JsonNode at = node; at.isArray(); at = at.get(0)) {
            shape.add((long) at.size());
            if (at.isEmpty()) {
                break;
            }
        }
        return new Array(
                values.stream().mapToDouble(Double::doubleValue).toArray(),
                shape.stream().mapToLong(Long::longValue).toArray(),
                "LITERAL");
    }

    private void flatten(JsonNode node, List<Double> into) {
        if (node.isArray()) {
            node.forEach(child -> flatten(child, into));
        } else if (node.isNumber()) {
            into.add(node.doubleValue());
        } else if (node.isBoolean()) {
            into.add(node.booleanValue() ? 1.0 : 0.0);
        } else if (node.isTextual() && node.asText().matches("-?inf")) {
            into.add(node.asText().startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        } else {
            throw new IllegalArgumentException(file + " has a value that is not a number: " + node);
        }
    }

    private static Map<String, Array> tensorsOf(Path data) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(data)).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = Math.toIntExact(bytes.getLong());
        byte[] header = new byte[headerLength];
        bytes.get(header);
        int base = bytes.position();
        Map<String, Array> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : JSON.readTree(header).properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.put(entry.getKey(), arrayOf(entry.getValue(), bytes, base));
            }
        }
        return tensors;
    }

    private static Array arrayOf(JsonNode entry, ByteBuffer bytes, int base) {
        long[] shape = new long[entry.get("shape").size()];
        int count = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = entry.get("shape").get(i).asLong();
            count = Math.toIntExact(count * shape[i]);
        }
        String dtype = entry.get("dtype").asText();
        int at = base + entry.get("data_offsets").get(0).asInt();
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (dtype) {
                case "F64" -> bytes.getDouble(at + 8 * i);
                case "F32" -> bytes.getFloat(at + 4 * i);
                case "I64" -> bytes.getLong(at + 8 * i);
                default -> throw new IllegalArgumentException("dtype " + dtype);
            };
        }
        return new Array(values, shape, dtype);
    }

    @Override
    public String toString() {
        return kind() + "/" + name();
    }
}
