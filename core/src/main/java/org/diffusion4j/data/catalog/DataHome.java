package org.diffusion4j.data.catalog;

import java.nio.file.Path;
import java.util.Map;

/** Where published data sets lie on this machine, each in a folder of its name: looked for there, and downloaded to there. */
public final class DataHome {

    private DataHome() {}

    /** {@code $DIFFUSION4J_DATA}, else {@code $XDG_CACHE_HOME/diffusion4j}, else {@code ~/.cache/diffusion4j}. */
    public static Path folder() {
        return folder(System.getenv());
    }

    static Path folder(Map<String, String> environment) {
        String data = environment.getOrDefault("DIFFUSION4J_DATA", "");
        if (!data.isEmpty()) {
            return Path.of(data);
        }
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path caches = cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return caches.resolve("diffusion4j");
    }
}
