package org.diffusion4j.image;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;

/**
 * What diffusers has no key for: {@code diffusion4j.json} of a model folder, which other readers pass over.
 *
 * @param labels the names of the classes; a network with one class more has learned "no label" as the last. Empty for a folder of
 *     another library
 * @param training how the model came about, as a JSON tree: recipe, step, data, program, machine; may be empty
 */
public record ModelCard(List<String> labels, Map<String, ? extends @Nullable Object> training) {

    /** Of a folder that says nothing. */
    public static final ModelCard EMPTY = new ModelCard(List.of(), Map.of());

    private static final String LABELS = "labels";
    private static final String TRAINING = "training";
    private static final String CODEC = "codec";
    private static final String PIXELS = "pixels"; // x0 = pixel / 127.5 − 1

    public ModelCard {
        labels = List.copyOf(labels);
    }

    /**
     * Reads {@code diffusion4j.json}; an empty map is a folder that has none.
     *
     * @param source for messages
     * @throws FormatException if a value is not what it should be, or the model is not one of pixels
     */
    @SuppressWarnings("unchecked")
    public static ModelCard fromMap(Map<String, ?> map, String source) {
        Object codec = map.containsKey(CODEC) ? map.get(CODEC) : PIXELS;
        if (!PIXELS.equals(codec)) {
            throw new FormatException(source + ": the codec is '" + codec + "', only '" + PIXELS + "' is known here");
        }
        Object labels = map.containsKey(LABELS) ? map.get(LABELS) : List.of();
        Object training = map.containsKey(TRAINING) ? map.get(TRAINING) : Map.of();
        if (!(labels instanceof List<?> list && list.stream().allMatch(String.class::isInstance))) {
            throw new FormatException(source + ": '" + LABELS + "' must be a list of names");
        }
        if (!(training instanceof Map<?, ?>)) {
            throw new FormatException(source + ": '" + TRAINING + "' must be an object");
        }
        return new ModelCard((List<String>) labels, (Map<String, Object>) training);
    }

    /** What the recipe of the training says at a path of keys such as {@code data}, {@code source}, if anything. */
    public Optional<Object> recipe(String... path) {
        Object at = training.get("recipe");
        for (String key : path) {
            at = at instanceof Map<?, ?> tree ? tree.get(key) : null;
        }
        return Optional.ofNullable(at);
    }

    /**
     * How the recipe of the training draws.
     *
     * @param usual what holds where it does not say
     */
    public SampleSettings sampling(SampleSettings usual) {
        Map<String, Object> said = new LinkedHashMap<>();
        if (recipe("sample").orElse(null) instanceof Map<?, ?> tree) {
            tree.forEach((key, value) -> said.put(String.valueOf(key), value));
        }
        return Records.CAMEL_CASE.read(usual, said, "the recipe in diffusion4j.json");
    }

    /** What {@code diffusion4j.json} says. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(CODEC, PIXELS);
        map.put(LABELS, labels);
        map.put(TRAINING, training);
        return map;
    }
}
