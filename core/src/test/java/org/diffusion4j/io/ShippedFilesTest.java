package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.engine.DiffusionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The files of a shipped model")
class ShippedFilesTest {

    @TempDir
    private Path home;

    @Test
    void lie_in_a_folder_named_by_what_is_in_it() {
        Path one = new ShippedFiles("mnist", List.of("model_index.json")).folder(home);
        Path other = new ShippedFiles("mnist", List.of("card.json")).folder(home);
        assertThat(one).isNotEqualTo(other);
        assertThat(one.resolve("model_index.json")).exists();
        assertThat(other.getParent()).isEqualTo(home.resolve("models"));
    }

    @Test
    void are_named_where_a_build_lacks_them_before_anything_is_written() {
        ShippedFiles files = new ShippedFiles("mnist", List.of("model_index.json", "vae/config.json"));
        assertThatThrownBy(() -> files.folder(home))
                .isInstanceOf(DiffusionException.class)
                .hasMessageStartingWith("mnist/vae/config.json: is not on the class path");
        assertThat(home).isEmptyDirectory();
    }
}
