package org.diffusion4j.io;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.FormatException;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: where each tensor lies in the data behind it, and the metadata.
 *
 * @param entries in the order of the data
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {

    static final long MAX_LENGTH = 100_000_000;

    private static final String METADATA = "__metadata__";

    /** A tensor; begin and end count from the start of the data. */
    record Entry(String name, Dtype dtype, List<Long> shape, long begin, long end) {

        long[] sizes() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /** The types that are read and written, in the order of the format's own library, by which files are laid out. */
    enum Dtype {
        BOOL(ScalarType.Bool, 1),
        U8(ScalarType.Byte, 1),
        I8(ScalarType.Char, 1),
        I16(ScalarType.Short, 2),
        F16(ScalarType.Half, 2),
        BF16(ScalarType.BFloat16, 2),
        I32(ScalarType.Int, 4),
        F32(ScalarType.Float, 4),
        F64(ScalarType.Double, 8),
        I64(ScalarType.Long, 8);

        final ScalarType scalarType;
        final int bytes;

        Dtype(ScalarType scalarType, int bytes) {
            this.scalarType = scalarType;
            this.bytes = bytes;
        }

        /** The type of a tensor, or null where the format has none. */
        static @Nullable Dtype of(ScalarType type) {
            return Arrays.stream(values())
                    .filter(dtype -> dtype.scalarType == type)
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * Reads and checks a header.
     *
     * @param dataLength the bytes of the file behind the header, all of which the tensors must cover
     */
    static SafetensorsHeader parse(byte[] json, long dataLength, String source) {
        if (json.length == 0 || json[0] != '{') {
            throw new FormatException(source + ": the header does not start with '{'; is this a safetensors file?");
        }
        Map<String, @Nullable Object> tree = Json.object(Json.parse(json, source + ": header"), source);
        Map<String, String> metadata = metadata(tree.remove(METADATA), source);
        List<Entry> entries = new ArrayList<>();
        tree.forEach((name, value) -> entries.add(entry(name, value, dataLength, source)));
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        requireCover(entries, dataLength, source);
        return new SafetensorsHeader(entries, metadata);
    }

    /** Lays tensors out one behind the other: the widest types first, then by name, as the format's own library does. */
    static SafetensorsHeader layOut(List<Entry> unplaced, Map<String, String> metadata) {
        Comparator<Entry> byDtype = Comparator.comparing(Entry::dtype, Comparator.reverseOrder());
        List<Entry> entries = new ArrayList<>();
        long begin = 0;
        for (Entry entry : unplaced.stream()
                .sorted(byDtype.thenComparing(
                        entry -> entry.name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
                .toList()) {
            long end = Math.addExact(begin, entry.end - entry.begin);
            entries.add(new Entry(entry.name, entry.dtype, entry.shape, begin, end));
            begin = end;
        }
        return new SafetensorsHeader(entries, metadata);
    }

    /** The header as bytes, padded with blanks to a multiple of eight. */
    byte[] json() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            tree.put(METADATA, metadata);
        }
        for (Entry entry : entries) {
            Map<String, @Nullable Object> value = new LinkedHashMap<>();
            value.put("dtype", entry.dtype.name());
            value.put("shape", entry.shape);
            value.put("data_offsets", List.of(entry.begin, entry.end));
            if (tree.put(entry.name, value) != null || entry.name.equals(METADATA)) {
                throw new IllegalArgumentException("a tensor cannot have the name '" + entry.name + "'");
            }
        }
        byte[] json = Json.line(tree).getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static Map<String, String> metadata(@Nullable Object value, String source) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (value != null) {
            Json.object(value, source + ": " + METADATA).forEach((key, text) -> {
                if (!(text instanceof String string)) {
                    throw new FormatException(source + ": " + METADATA + ": '" + key + "' is " + Json.kind(text)
                            + ", only text is allowed there");
                }
                metadata.put(key, string);
            });
        }
        return metadata;
    }

    private static Entry entry(String name, @Nullable Object value, long dataLength, String source) {
        String where = source + ": tensor '" + name + "'";
        Map<String, @Nullable Object> fields = Json.object(value, where);
        if (!fields.keySet().equals(Set.of("dtype", "shape", "data_offsets"))) {
            throw new FormatException(where + " has the fields " + fields.keySet()
                    + ", it needs dtype, shape and data_offsets, nothing else");
        }
        Dtype dtype = dtype(fields.get("dtype"), where);
        List<Long> shape = counts(fields.get("shape"), where + ": shape");
        List<Long> offsets = counts(fields.get("data_offsets"), where + ": data_offsets");
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1) || offsets.get(1) > dataLength) {
            throw new FormatException(where + " has data_offsets " + offsets + ", expected begin ≤ end ≤ " + dataLength
                    + ", the length of the data; is the file cut short?");
        }
        long length = offsets.get(1) - offsets.get(0);
        if (length != byteCount(dtype, shape, where)) {
            throw new FormatException(where + " has " + length + " bytes of data, " + dtype + " of shape " + shape
                    + " needs " + byteCount(dtype, shape, where));
        }
        return new Entry(name, dtype, shape, offsets.get(0), offsets.get(1));
    }

    private static Dtype dtype(@Nullable Object value, String where) {
        for (Dtype dtype : Dtype.values()) {
            if (dtype.name().equals(value)) {
                return dtype;
            }
        }
        boolean fp8 = value instanceof String name && name.startsWith("F8");
        throw new FormatException(where + " has the dtype " + Json.line(value) + ", which is not read here"
                + (fp8 ? " (fp8 is not supported; use a file in float16, bfloat16 or float32)" : "") + "; known are "
                + Arrays.toString(Dtype.values()));
    }

    private static List<Long> counts(@Nullable Object value, String where) {
        if (value instanceof List<?> list && list.stream().allMatch(n -> n instanceof Long count && count >= 0)) {
            return list.stream().map(Long.class::cast).toList();
        }
        throw new FormatException(
                where + " is " + Json.line(value) + ", expected a list of integers from 0 to 2^63 - 1");
    }

    private static long byteCount(Dtype dtype, List<Long> shape, String where) {
        try {
            return shape.stream().reduce((long) dtype.bytes, Math::multiplyExact);
        } catch (ArithmeticException e) {
            throw new FormatException(where + " has the shape " + shape + ", which no file can hold", e);
        }
    }

    private static void requireCover(List<Entry> entries, long dataLength, String source) {
        long covered = 0;
        for (Entry entry : entries) {
            if (entry.begin != covered) {
                throw new FormatException(source + ": tensor '" + entry.name + "' begins at " + entry.begin
                        + " of the data, expected " + covered + ", where the one before ends; the data may have no "
                        + (entry.begin < covered ? "overlaps" : "holes"));
            }
            covered = entry.end;
        }
        if (covered != dataLength) {
            throw new FormatException(
                    source + ": the file has " + dataLength + " bytes of data, its tensors end at " + covered);
        }
    }
}
