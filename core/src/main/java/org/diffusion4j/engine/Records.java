package org.diffusion4j.engine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings as records, and as trees of maps, lists, texts, numbers and booleans such as a JSON file holds.
 *
 * <p>Components may be {@code int}, {@code long}, {@code double}, {@code boolean} (boxed too), {@code String}, enums (under their
 * {@code toString}), types that are {@link Named}, records, and lists of these. Maps of texts to numbers and texts too; an
 * empty one is left out, and so is an {@link Omittable} component that is null or 0. Only a {@code @Nullable} component may be null. Where a list is expected, a single
 * value stands for the list of it, and null for the empty list.
 */
public enum Records {

    /** A component's key is its name: recipes and our other files. */
    CAMEL_CASE {
        @Override
        String key(String component) {
            return component;
        }

        @Override
        Map<String, @Nullable Object> tree() {
            return new LinkedHashMap<>();
        }
    },

    /**
     * The component {@code blockOutChannels} has the key {@code block_out_channels}, and keys are in alphabetical order: the files of
     * diffusers. Keys that begin with an underscore are passed over.
     */
    SNAKE_CASE {
        @Override
        String key(String component) {
            return CAPITAL.matcher(component).replaceAll("_$0").toLowerCase(Locale.ROOT);
        }

        @Override
        boolean passesOver(String key) {
            return key.startsWith("_");
        }

        @Override
        Map<String, @Nullable Object> tree() {
            return new TreeMap<>();
        }
    };

    /**
     * What stands in files under its name: {@code toString} is that name, and a static method {@code named(String)} of the type that
     * extends this interface finds it again or refuses it with an {@link IllegalArgumentException}. Enums need no more than their
     * {@code toString}.
     */
    public interface Named {}

    /**
     * A component that files omit where it is null or 0, and read so where they lack it: for what comes to a record later, so that
     * files without it stay as they are.
     */
    @Target(ElementType.RECORD_COMPONENT)
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Omittable {}

    private static final Pattern CAPITAL = Pattern.compile("[A-Z]");

    abstract String key(String component);

    /** An empty tree that keeps its keys in this spelling's order. */
    abstract Map<String, @Nullable Object> tree();

    boolean passesOver(String key) {
        return false;
    }

    /**
     * The record of a tree. What the tree omits is as in {@code defaults}, at every depth.
     *
     * @param source where the tree comes from, for messages
     * @throws FormatException if a key is not known, or a value is of another type or refused by its record
     */
    public <R extends Record> R read(R defaults, Map<String, ?> tree, String source) {
        @SuppressWarnings("unchecked") // a record's class has no subclasses
        Class<R> type = (Class<R>) defaults.getClass();
        return record(type, defaults, tree, source, "");
    }

    /** The record of a tree that has all keys but those of {@code @Nullable} components. */
    public <R extends Record> R read(Class<R> type, Map<String, ?> tree, String source) {
        return record(type, null, tree, source, "");
    }

    /** The keys of a record. */
    public List<String> keys(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(component -> key(component.getName()))
                .toList();
    }

    /** The tree of a record, its keys in the order of the components, or as the spelling has it. */
    public Map<String, @Nullable Object> write(Record record) {
        Map<String, @Nullable Object> tree = tree();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = valueIn(record, component);
            if (!(value instanceof Map<?, ?> map && map.isEmpty()) && !isOmitted(component, value)) {
                tree.put(key(component.getName()), plain(value));
            }
        }
        return tree;
    }

    private static boolean isOmitted(RecordComponent component, @Nullable Object value) {
        return component.isAnnotationPresent(Omittable.class)
                && (value == null || value instanceof Double number && number == 0);
    }

    /**
     * A record with another value of one component: for {@code with…} methods that stay as they are when a component comes.
     *
     * @throws IllegalArgumentException if the record refuses it
     */
    public static <R extends Record> R with(R record, String component, @Nullable Object value) {
        return with(record, Collections.singletonMap(component, value));
    }

    /** A record with other values of some components, which are checked together. */
    public static <R extends Record> R with(R record, Map<String, ? extends @Nullable Object> changes) {
        @SuppressWarnings("unchecked") // a record's class has no subclasses
        Class<R> type = (Class<R>) record.getClass();
        List<@Nullable Object> values = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = component.getName();
            values.add(changes.containsKey(name) ? changes.get(name) : valueIn(record, component));
        }
        return construct(type, values);
    }

    private @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Named) {
            return value.toString();
        }
        if (value instanceof Record record) {
            return write(record);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(this::plain).toList();
        }
        return value instanceof Enum<?> ? value.toString() : value;
    }

    private <R extends Record> R record(
            Class<R> type, @Nullable Record defaults, Map<?, ?> tree, String source, String path) {
        RecordComponent[] components = type.getRecordComponents();
        List<String> keys = keys(type);
        for (Object key : tree.keySet()) {
            if (!keys.contains(key) && !passesOver(key.toString())) {
                throw new FormatException(
                        source + ": key '" + path + key + "' is not known; " + DidYouMean.among(key.toString(), keys));
            }
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (RecordComponent component : components) {
            String key = key(component.getName());
            Object preset = defaults == null ? null : valueIn(defaults, component);
            if (tree.containsKey(key)) {
                values.add(value(component, preset, tree.get(key), source, path + key));
            } else if (preset == null && component.getType() == Map.class) {
                values.add(Map.of());
            } else if (preset == null
                    && component.getType() == double.class
                    && component.isAnnotationPresent(Omittable.class)) {
                values.add(0.0);
            } else if (preset == null && !isNullable(component)) {
                throw new FormatException(source + ": key '" + path + key + "' is missing");
            } else {
                values.add(preset);
            }
        }
        return construct(type, values, source);
    }

    private @Nullable Object value(
            RecordComponent component, @Nullable Object preset, @Nullable Object found, String source, String path) {
        if (found == null && isNullable(component)) {
            return null;
        }
        if (component.getType() == Map.class && found instanceof Map<?, ?>) {
            return found;
        }
        if (component.getType() == List.class && component.getGenericType() instanceof ParameterizedType list) {
            Class<?> element = (Class<?>) list.getActualTypeArguments()[0];
            List<?> elements = found == null ? List.of() : found instanceof List<?> several ? several : List.of(found);
            return elements.stream()
                    .map(each -> converted(element, null, each, source, path))
                    .toList();
        }
        return converted(component.getType(), preset, found, source, path);
    }

    private Object converted(
            Class<?> type, @Nullable Object preset, @Nullable Object found, String source, String path) {
        String where = source + ": '" + path + "'";
        if (type.isInterface() && type.isInstance(found)) {
            return found; // already read, since the interface does not say as what
        }
        if (type.isRecord() && found instanceof Map<?, ?> tree) {
            return record(type.asSubclass(Record.class), (Record) preset, tree, source, path + ".");
        }
        if (type.isEnum() && found instanceof String name) {
            return constant(type, name, where);
        }
        if (Named.class.isAssignableFrom(type) && found instanceof String name) {
            return named(type, name, where);
        }
        if (found instanceof Number number) {
            double value = number.doubleValue();
            if (type == double.class || type == Double.class) {
                return value;
            }
            if ((type == int.class || type == Integer.class) && value == (int) value) {
                return (int) value;
            }
            boolean unsigned = path.endsWith("seed") && number instanceof BigInteger big && fits64Bits(big);
            if ((type == long.class || type == Long.class) && (value == number.longValue() || unsigned)) {
                return number.longValue(); // a seed is any 64 bits, and some write them without a sign
            }
        }
        if (found instanceof String && type == String.class
                || found instanceof Boolean && (type == boolean.class || type == Boolean.class)) {
            return found;
        }
        throw new FormatException(
                where + " must be " + kind(type) + ", was " + (found instanceof String ? "the text " : "") + found);
    }

    private static boolean fits64Bits(BigInteger number) {
        return number.signum() >= 0 && number.bitLength() <= Long.SIZE;
    }

    private static Object constant(Class<?> type, String name, String where) {
        try {
            return DidYouMean.choose(lastKey(where), name, List.of(type.getEnumConstants()));
        } catch (IllegalArgumentException e) {
            throw new FormatException(where + ": " + e.getMessage(), e);
        }
    }

    private static Object named(Class<?> type, String name, String where) {
        try {
            return type.getMethod("named", String.class).invoke(null, name);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw new FormatException(where + ": " + refused.getMessage(), refused);
            }
            throw new IllegalStateException(type + " cannot be read", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " has no static method named(String)", e);
        }
    }

    /** The key that a person typed last, of a place such as {@code recipe: 'train.objective.loss'}. */
    private static String lastKey(String where) {
        String path = where.endsWith("'") ? where.substring(0, where.length() - 1) : where;
        return path.substring(1 + Math.max(path.lastIndexOf('.'), path.lastIndexOf('\'')));
    }

    private static String kind(Class<?> type) {
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "an integer";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        return type.isRecord() ? "an object" : "a text";
    }

    private static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static @Nullable Object valueIn(Record record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record component " + component + " cannot be read", e);
        }
    }

    private static <R extends Record> R construct(Class<R> type, List<@Nullable Object> values, String source) {
        try {
            return construct(type, values);
        } catch (IllegalArgumentException refused) {
            throw new FormatException(source + ": " + refused.getMessage(), refused);
        }
    }

    private static <R extends Record> R construct(Class<R> type, List<@Nullable Object> values) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<R> canonical = type.getDeclaredConstructor(types);
            canonical.setAccessible(true);
            return canonical.newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new IllegalStateException("record " + type + " cannot be made", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record " + type + " cannot be made", e);
        }
    }
}
