package org.diffusion4j.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.data.text.Vocabulary;
import org.diffusion4j.engine.FormatException;
import org.jspecify.annotations.Nullable;

/** What a model of texts is besides its weights. */
record TextCard(TextRecipe recipe, Vocabulary vocabulary) {

    Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("kind", TextRecipe.KIND.name());
        tree.put("recipe", recipe.toMap());
        tree.put("vocabulary", vocabulary.entries());
        return tree;
    }

    /**
     * Reads what {@link #toMap} wrote.
     *
     * @param source for messages
     */
    @SuppressWarnings("unchecked") // keys of trees are texts
    static TextCard fromMap(Map<String, @Nullable Object> tree, String source) {
        if (!(tree.get("recipe") instanceof Map<?, ?> recipe)
                || !(tree.get("vocabulary") instanceof List<?> entries)
                || !entries.stream().allMatch(String.class::isInstance)) {
            throw new FormatException(source + ": needs the object 'recipe' and the list of texts 'vocabulary'");
        }
        TextRecipe read = TextRecipe.KIND.read((Map<String, @Nullable Object>) recipe, List.of(), source);
        try {
            return new TextCard(
                    read,
                    new Vocabulary(
                            read.data().unit(),
                            entries.stream().map(String.class::cast).toList()));
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + e.getMessage(), e);
        }
    }
}
