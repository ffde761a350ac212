package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse train and sample with a classifier of noisy pictures")
class NoisyClassifierCommandTest {

    private static final Path RECIPE = Path.of("../recipes/noisy-classifier-mnist.json");

    @TempDir
    private Path folder;

    @Test
    void trains_resumes_steers_and_says_how_a_picture_was_made() throws IOException {
        Path run = folder.resolve("run");
        Ran trained = diffuse(
                "train",
                RECIPE,
                "--data",
                "glyphs",
                "--out",
                run,
                "--set",
                "train.steps=1",
                "--set",
                "train.batchSize=2",
                "--set",
                "data.validation=0",
                "--set",
                "train.decayTo=1");
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).contains("steer with: ").contains(" --classifier " + run.resolve("model"));
        assertThat(diffuse("train", "--resume", "--out", run, "--set", "train.steps=2")
                        .code())
                .isZero();

        Path model = TinyModel.ofGlyphs(folder);
        Path picture = folder.resolve("three.png");
        Ran drawn = diffuse(
                "sample",
                model,
                "--classifier",
                run.resolve("model"),
                "--classifier-scale",
                2,
                "--label",
                3,
                "--count",
                2,
                "--steps",
                2,
                "--sampler",
                "ddim",
                "--out",
                picture);
        assertThat(drawn.err()).isEmpty();
        assertThat(drawn.code()).isZero();
        assertThat(diffuse("info", picture).out()).contains("classifier-scale 2.0");
        Path copy = folder.resolve("copy.png");
        assertThat(Ran.again(picture, copy).code()).isZero();
        assertThat(Files.readAllBytes(copy)).isEqualTo(Files.readAllBytes(picture));
    }

    @Test
    void refuses_a_scale_without_a_classifier_and_a_folder_that_is_none() {
        Path model = TinyModel.withoutClasses(folder);
        assertThat(diffuse("sample", model, "--classifier-scale", 2, "--out", folder.resolve("x.png"))
                        .err())
                .contains("--classifier-scale is for a classifier: add --classifier DIR, or omit it");
        assertThat(diffuse("sample", model, "--classifier", model, "--out", folder.resolve("x.png"))
                        .err())
                .contains("is not a classifier of noisy pictures, it has no noisy_classifier.json")
                .hasLineCount(1);
        assertThat(diffuse(
                                "sample",
                                model,
                                "--classifier",
                                model,
                                "--classifier-scale",
                                "NaN",
                                "--out",
                                folder.resolve("x.png"))
                        .err())
                .contains("--classifier-scale must be a number, was NaN");
    }
}
