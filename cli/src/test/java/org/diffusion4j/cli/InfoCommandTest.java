package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse info")
class InfoCommandTest {

    @TempDir
    private Path folder;

    @Test
    void prints_the_command_that_makes_a_picture_again() {
        Path out = folder.resolve("grid.png");
        diffuse(
                "sample",
                TinyModel.in(folder),
                "--steps",
                3,
                "--eta",
                0.5,
                "--eta-rule",
                "variance",
                "--seed",
                9,
                "--count",
                5,
                "--label",
                "dog,cat,dog",
                "--spacing",
                "leading",
                "--out",
                out);
        Path copy = folder.resolve("copy.png");
        assertThat(Ran.again(out, copy).code()).isZero();
        assertThat(copy).hasSameBinaryContentAs(out);
    }

    @Test
    void tells_of_one_picture_which_one_it_is() {
        Path each = folder.resolve("each");
        diffuse("sample", TinyModel.in(folder), "--steps", 1, "--count", 2, "--each", each);
        assertThat(diffuse("info", each.resolve("00001.png")).out())
                .containsPattern("sample +1\\R")
                .contains("--each again");
    }

    @Test
    void shows_what_a_model_is() {
        Ran ran = diffuse("info", TinyModel.in(folder));
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("parameters", "[cat, dog]", "block_out_channels=[8]", "prediction_type=epsilon");
        assertThat(diffuse("info", TinyModel.withoutClasses(folder), "--json").out())
                .contains("\"classes\": 0");
    }

    @Test
    void refuses_a_picture_that_does_not_say_how_it_was_made() throws IOException {
        Path file = Files.writeString(folder.resolve("x.png"), "not a picture");
        Ran ran = diffuse("info", file);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains(file.toString()).hasLineCount(1);
    }

    @Test
    void refuses_what_is_not_there() {
        Ran ran = diffuse("info", folder.resolve("nothing"));
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("there is nothing of that name").hasLineCount(1);
    }
}
