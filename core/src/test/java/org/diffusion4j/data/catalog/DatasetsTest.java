package org.diffusion4j.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.engine.CacheFolder;
import org.diffusion4j.engine.DiffusionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("opening a data set")
class DatasetsTest {

    @TempDir
    Path home;

    @Test
    void by_the_name_glyphs_draws_the_built_in_set() {
        assertThat(Datasets.open("glyphs", DataSplit.TEST, ReadOptions.DEFAULT).fingerprint())
                .isEqualTo(Glyphs.open(DataSplit.TEST).fingerprint());
    }

    @Test
    void that_is_missing_says_where_it_looked_and_what_to_do() {
        assertThatThrownBy(() -> Datasets.open("mnist", DataSplit.TRAIN, ReadOptions.DEFAULT, home))
                .isInstanceOf(DiffusionException.class)
                .hasMessage("mnist: the data are not on this machine, looked in " + home.resolve("mnist")
                        + "; say where they are (--data DIR, or DIFFUSION4J_DATA for the folder that holds mnist/),"
                        + " or allow the download (--download)");
    }

    @Test
    void of_another_name_says_which_are_known() {
        assertThatThrownBy(() -> Datasets.open("mnits", DataSplit.TRAIN, ReadOptions.DEFAULT, home))
                .isInstanceOf(DiffusionException.class)
                .hasMessage("mnits: there is no such folder or zip, nor a data set of that name; did you mean 'mnist'?"
                        + " known are: cifar10, fashion-mnist, glyphs, mnist, two-digits");
    }

    @Test
    void in_a_folder_of_something_else_says_what_it_looked_for() throws IOException {
        Files.createFile(home.resolve("notes.txt"));
        assertThatThrownBy(() -> Datasets.open(home, DataSplit.TEST, ReadOptions.DEFAULT))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(
                        home + ": there is no data set in it; looked for t10k-images-idx3-ubyte[.gz] (MNIST layout),"
                                + " test_batch.bin (CIFAR-10 binary version), and PNG, JPEG, WebP, TIFF, BMP or GIF"
                                + " files, in one folder for each class");
    }

    @Test
    void refuses_to_resize_or_grey_what_is_not_image_files() {
        assertThatThrownBy(() -> Datasets.open("glyphs", DataSplit.TEST, ReadOptions.DEFAULT.withSize(32)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("glyphs, seed 1: its images are 28×28; only image files are resized, not these");
        assertThat(Datasets.open(
                                "glyphs",
                                DataSplit.TEST,
                                ReadOptions.DEFAULT.withSize(28).inGrey())
                        .size())
                .isEqualTo(1000);
    }

    @Test
    void looks_in_the_folder_that_the_environment_names_else_in_the_cache() {
        assertThat(DataHome.folder(Map.of("DIFFUSION4J_DATA", "/d"))).isEqualTo(Path.of("/d"));
        assertThat(DataHome.folder(Map.of())).isEqualTo(CacheFolder.path());
    }

    @Test
    void refuses_a_negative_size() {
        assertThatThrownBy(() -> ReadOptions.DEFAULT.withSize(-1))
                .hasMessage("size must be positive, or 0 for images as they are, was -1");
    }
}
