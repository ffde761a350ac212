package org.diffusion4j.data;

import java.nio.file.Path;
import java.util.Map;
import org.diffusion4j.engine.CacheFolder;

/** Where published data sets lie on this machine, each in a folder of its name: looked for there, and downloaded to there. */
public final class DataHome {

    private DataHome() {}

    /** {@code $DIFFUSION4J_DATA}, else {@link CacheFolder#path}. */
    public static Path folder() {
        return folder(System.getenv());
    }

    static Path folder(Map<String, String> environment) {
        String data = environment.getOrDefault("DIFFUSION4J_DATA", "");
        return data.isEmpty() ? CacheFolder.path() : Path.of(data);
    }
}
