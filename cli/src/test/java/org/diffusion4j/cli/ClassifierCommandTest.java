package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse classifier")
class ClassifierCommandTest {

    @TempDir
    private Path folder;

    @Test
    void trains_by_a_recipe_and_tests_what_it_trained() throws IOException {
        Path recipe = folder.resolve("recipe.json");
        Path file = folder.resolve("tiny.safetensors");
        Files.writeString(recipe, "{\"widths\": [8, 8], \"steps\": 3, \"batchSize\": 8, \"warmupSteps\": 0}");
        Ran trained = diffuse("classifier", "train", recipe, "--data", "glyphs", "--out", file);
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).contains(file + " is trained");

        Ran tested = diffuse("classifier", "test", "--weights", file, "--data", "glyphs");
        assertThat(tested.code()).isZero();
        assertThat(tested.out()).contains("classifier tiny ").containsPattern("(?m)^accuracy   [0-9.]+ %$");

        Ran again = diffuse("classifier", "train", recipe, "--data", "glyphs", "--out", file);
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("exists already; add --force").hasLineCount(1);
    }

    @Test
    void tests_the_classifier_that_is_built_in() {
        Ran ran = diffuse("classifier", "test", "--data", "glyphs", "--json");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("\"mnist-classifier ", "\"accuracy\": ", "\"class 9\"");
    }

    @Test
    void refuses_a_file_that_is_no_classifier(@TempDir Path other) {
        Path weights = TinyModel.in(other).resolve("unet/diffusion_pytorch_model.safetensors");
        Ran ran = diffuse("classifier", "test", "--weights", weights, "--data", "glyphs");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("is not a classifier").hasLineCount(1);
    }
}
