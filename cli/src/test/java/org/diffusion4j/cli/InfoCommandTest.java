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
                "--sampler",
                "ddim",
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
    void says_that_the_model_is_not_where_it_was_or_is_another() throws IOException {
        Path model = TinyModel.in(folder);
        Path out = folder.resolve("grid.png");
        diffuse("sample", model, "--steps", 1, "--count", 1, "--out", out);
        assertThat(diffuse("info", out).out()).doesNotContain("missing", "changed");

        Path moved = Files.createDirectory(folder.resolve("elsewhere")).resolve("grid.png");
        Files.copy(out, moved);
        assertThat(diffuse("info", moved).out())
                .contains("missing      " + moved.resolveSibling("model")
                        + " (moved or deleted since: say in the command where it is now)");

        Files.move(model, folder.resolve("old"));
        Files.move(TinyModel.withoutClasses(folder), model);
        assertThat(diffuse("info", out).out())
                .contains("changed      " + model
                        + " (something else lies there now: the command will not draw this picture)");
    }

    @Test
    void says_that_a_picture_that_was_edited_is_not_where_it_was() throws IOException {
        Path out = folder.resolve("way.png");
        diffuse("progressive", TinyModel.in(folder), "--steps", 2, "--count", 1, "--out", out);
        Path moved = Files.createDirectory(folder.resolve("elsewhere")).resolve("way.png");
        Files.copy(out, moved);
        assertThat(diffuse("info", out).out()).doesNotContain("missing");
        assertThat(diffuse("info", moved).out()).contains("missing      " + moved.resolveSibling("model") + " (moved");
    }

    @Test
    void shows_of_the_settings_those_that_the_sampler_asks_for() {
        Path out = folder.resolve("grid.png");
        diffuse("sample", TinyModel.in(folder), "--sampler", "heun", "--steps", 2, "--count", 1, "--out", out);
        assertThat(diffuse("info", out).out()).contains("sampler      heun").doesNotContain("eta", "variance");
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
