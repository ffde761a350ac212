package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the cache folder")
class CacheFolderTest {

    private static final Path INSTEAD = Path.of("/tmp/instead");

    @TempDir
    Path home;

    @Test
    void is_the_one_that_the_environment_names() {
        assertThat(CacheFolder.path(Map.of("XDG_CACHE_HOME", "/c"), home, INSTEAD))
                .isEqualTo(Path.of("/c/diffusion4j"));
    }

    @Test
    void is_in_the_users_home() {
        assertThat(CacheFolder.path(Map.of(), home, INSTEAD)).isEqualTo(home.resolve(".cache/diffusion4j"));
    }

    @Test
    void lies_beside_the_temporary_files_where_there_is_no_home() throws IOException {
        Path file = Files.createFile(home.resolve("file"));
        for (Path none : new Path[] {Path.of("?"), Path.of(""), Path.of("/nonexistent"), file}) {
            assertThat(CacheFolder.path(Map.of(), none, INSTEAD)).isEqualTo(INSTEAD);
        }
    }
}
