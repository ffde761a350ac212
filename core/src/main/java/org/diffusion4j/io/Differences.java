package org.diffusion4j.io;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where two trees of settings differ, field by field, in words. */
public final class Differences {

    private final List<String> found = new ArrayList<>();

    private Differences() {}

    /** Such as {@code train.seed 0, not 5}; the caller's to add to, empty where the trees are equal. */
    public static List<String> of(Map<?, ?> then, Map<?, ?> now) {
        Differences differences = new Differences();
        differences.compare("", then, now);
        return differences.found;
    }

    private void compare(String path, @Nullable Object then, @Nullable Object now) {
        if (then instanceof Map<?, ?> before && now instanceof Map<?, ?> after) {
            Set<Object> keys = new LinkedHashSet<>(before.keySet());
            keys.addAll(after.keySet());
            keys.forEach(key -> compare(path.isEmpty() ? "" + key : path + "." + key, before.get(key), after.get(key)));
        } else if (!Objects.equals(then, now)) {
            found.add(path + " " + Json.line(then) + ", not " + Json.line(now));
        }
    }
}
