package org.diffusion4j.data.text;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.diffusion4j.engine.DidYouMean;

/**
 * What texts can tell: names such as {@code food}, and the values that each has. That a text does not tell a fact is a value of its own, the
 * first. Immutable.
 *
 * @param values by name, the first is {@link #ABSENT}; empty where texts tell nothing
 */
public record FactTable(Map<String, List<String>> values) {

    /** The value of a fact that a text does not tell. */
    public static final String ABSENT = "";

    public FactTable {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        values.forEach((name, each) -> {
            require(
                    each.size() >= 2 && each.get(0).equals(ABSENT),
                    "the fact '%s' needs the value that is absent, and another",
                    name);
            copy.put(name, List.copyOf(each));
        });
        values = Collections.unmodifiableMap(copy);
    }

    /** All that occur in texts, in alphabetical order. */
    public static FactTable of(List<TextItem> items) {
        Map<String, TreeSet<String>> found = new TreeMap<>();
        items.forEach(item -> parse(item.facts())
                .forEach((name, value) ->
                        found.computeIfAbsent(name, any -> new TreeSet<>()).add(value)));
        Map<String, List<String>> values = new LinkedHashMap<>();
        found.forEach((name, each) -> {
            List<String> all = new ArrayList<>(List.of(ABSENT));
            all.addAll(each);
            values.put(name, all);
        });
        return new FactTable(values);
    }

    /** The facts of a line, such as {@code food : Italian | area : city centre}; of those without a colon none. */
    static Map<String, String> parse(String facts) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String fact : facts.split("\\|", -1)) {
            int colon = fact.indexOf(':');
            String value = colon < 0 ? "" : fact.substring(colon + 1).strip();
            if (!value.isEmpty()) {
                found.put(fact.substring(0, colon).strip(), value);
            }
        }
        return found;
    }

    /** How many values all facts have together. */
    public int outputs() {
        return values.values().stream().mapToInt(List::size).sum();
    }

    /** The number of each fact's value in a text, in the order of the names; a value that is not in the table counts as absent. */
    public long[] classes(TextItem item) {
        Map<String, String> told = parse(item.facts());
        return values.entrySet().stream()
                .mapToLong(fact -> Math.max(0, fact.getValue().indexOf(told.getOrDefault(fact.getKey(), ABSENT))))
                .toArray();
    }

    /** Whether a text tells a fact with that value. */
    public boolean tells(TextItem item, String name, String value) {
        return value.equals(parse(item.facts()).get(name));
    }

    /**
     * The number of a value of a fact.
     *
     * @throws IllegalArgumentException if there is no such fact or value; the message has those that are
     */
    public int number(String name, String value) {
        DidYouMean.choose("fact", name, values.keySet());
        List<String> known = values.getOrDefault(name, List.of());
        return known.indexOf(DidYouMean.choose("value of " + name, value, known.subList(1, known.size())));
    }
}
