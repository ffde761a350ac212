package org.diffusion4j.engine;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A configuration record as a map with the keys of diffusers' JSON: the component {@code blockOutChannels} is the key
 * {@code block_out_channels}. Types are those of the components; a component of a boxed or text type that is null in the
 * defaults, or a list of numbers, may be null in the map.
 */
public final class ConfigMap {

    private static final Pattern CAPITAL = Pattern.compile("([A-Z])");

    private ConfigMap() {}

    /**
     * The record with the map's values in place of the defaults'. Keys that begin with an underscore are passed over.
     *
     * @param source where the map comes from, for messages
     * @throws FormatException if a key is not known, or a value is of another type or refused by the record
     */
    public static <R extends Record> R read(R defaults, Map<String, ?> map, String source) {
        Map<String, RecordComponent> components = new LinkedHashMap<>();
        for (RecordComponent component : defaults.getClass().getRecordComponents()) {
            components.put(key(component), component);
        }
        for (String key : map.keySet()) {
            if (!key.startsWith("_") && !components.containsKey(key)) {
                throw new FormatException(
                        source + ": key '" + key + "' is not known; " + DidYouMean.among(key, components.keySet()));
            }
        }
        Object[] values = components.entrySet().stream()
                .map(entry -> map.containsKey(entry.getKey())
                        ? converted(entry.getValue(), map.get(entry.getKey()), source + ": '" + entry.getKey() + "'")
                        : value(defaults, entry.getValue()))
                .toArray();
        return construct(defaults, values, source);
    }

    /** The record's components under diffusers' keys, in alphabetical order. */
    public static Map<String, @Nullable Object> write(Record config) {
        Map<String, @Nullable Object> map = new TreeMap<>();
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            map.put(key(component), value(config, component));
        }
        return map;
    }

    /** {@code attnNormNumGroups} is {@code attn_norm_num_groups}. */
    private static String key(RecordComponent component) {
        return CAPITAL.matcher(component.getName()).replaceAll("_$1").toLowerCase(Locale.ROOT);
    }

    private static @Nullable Object converted(RecordComponent component, @Nullable Object found, String where) {
        Class<?> type = component.getType();
        if (type == List.class) {
            if (found == null && component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                return null;
            }
            Type entryType = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
            if (found == null && entryType == Integer.class) {
                return List.of();
            }
            List<?> entries = found instanceof List<?> list ? list : found == null ? List.of() : List.of(found);
            return entries.stream()
                    .map(entry -> single(entryType, entry, where))
                    .toList();
        }
        if (found == null) {
            if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                throw new FormatException(where + " must not be null");
            }
            return null;
        }
        return single(type, found, where);
    }

    private static Object single(Type type, Object found, String where) {
        if (type == int.class || type == Integer.class) {
            return integer(found, where);
        }
        if (type == double.class || type == Double.class) {
            return number(found, where).doubleValue();
        }
        if (type == boolean.class) {
            if (found instanceof Boolean) {
                return found;
            }
            throw wrongType(found, where, "true or false");
        }
        return text(found, where);
    }

    private static int integer(Object found, String where) {
        double value = number(found, where).doubleValue();
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw wrongType(found, where, "an integer");
        }
        return (int) value;
    }

    private static Number number(Object found, String where) {
        if (found instanceof Number number) {
            return number;
        }
        throw wrongType(found, where, "a number");
    }

    private static String text(Object found, String where) {
        if (found instanceof String text) {
            return text;
        }
        throw wrongType(found, where, "a text");
    }

    private static FormatException wrongType(Object found, String where, String expected) {
        return new FormatException(where + " must be " + expected + ", was " + found);
    }

    private static @Nullable Object value(Record config, RecordComponent component) {
        try {
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record component " + component + " cannot be read", e);
        }
    }

    private static <R extends Record> R construct(R like, Object[] values, String source) {
        @SuppressWarnings("unchecked") // a record has one constructor with all of its components
        Constructor<R> canonical = (Constructor<R>) like.getClass().getDeclaredConstructors()[0];
        try {
            return canonical.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new FormatException(source + ": " + e.getCause().getMessage(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record " + like + " cannot be made", e);
        }
    }
}
