package org.diffusion4j.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where this library keeps what can be fetched or made again. Threads: may be called by any. */
public final class CacheFolder {

    private static final String NAME = "diffusion4j";

    private CacheFolder() {}

    /**
     * {@code $XDG_CACHE_HOME/diffusion4j}, else {@code ~/.cache/diffusion4j}; where there is no home, or it cannot be written, as in bare
     * containers, a folder for this user beside the temporary files.
     */
    public static Path path() {
        return path(
                System.getenv(),
                Path.of(System.getProperty("user.home", "")),
                Path.of(System.getProperty("java.io.tmpdir"), NAME + "-" + System.getProperty("user.name")));
    }

    static Path path(Map<String, String> environment, Path home, Path instead) {
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (!caches.isEmpty()) {
            return Path.of(caches, NAME);
        }
        Path usual = home.resolve(".cache").resolve(NAME);
        return Files.exists(usual) || isUsable(home, usual) ? usual : instead;
    }

    /** Whether the user has a home in which folders can be made; Java calls the home of a user without one "?". */
    static boolean hasHome() {
        Path home = Path.of(System.getProperty("user.home", ""));
        return isUsable(home, home);
    }

    private static boolean isUsable(Path home, Path below) {
        @Nullable Path existing = below;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return home.isAbsolute() && Files.isDirectory(home) && existing != null && Files.isWritable(existing);
    }
}
