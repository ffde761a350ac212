package org.diffusion4j.diffusers.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Names of modules in another code and here, both ways. Of several entries that a name begins with, at a dot, the longest decides. */
final class NameTable {

    private final Map<String, String> ours = new LinkedHashMap<>();
    private final Map<String, List<String>> theirs = new LinkedHashMap<>();

    /** One more module; several of theirs may be the same one of ours. */
    void add(String their, String our) {
        ours.put(their, our);
        theirs.computeIfAbsent(our, name -> new ArrayList<>()).add(their);
    }

    /** Our name of a tensor or module, or empty where the table does not know it. */
    Optional<String> ours(String their) {
        String entry = entry(ours, their);
        return Optional.ofNullable(entry == null ? null : ours.get(entry) + their.substring(entry.length()));
    }

    /** All names that the other code may have for one of ours. */
    List<String> theirs(String our) {
        String entry = entry(theirs, our);
        return entry == null
                ? List.of()
                : theirs.getOrDefault(entry, List.of()).stream()
                        .map(prefix -> prefix + our.substring(entry.length()))
                        .toList();
    }

    private static @Nullable String entry(Map<String, ?> table, String name) {
        for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
            if (table.containsKey(name.substring(0, end))) {
                return name.substring(0, end);
            }
        }
        return null;
    }
}
