package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffusion4j.io.Json;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse train and autoencoder")
class AutoencoderCommandTest {

    @TempDir
    private Path folder;

    @Test
    void train_resume_and_show_what_is_kept() {
        Path run = folder.resolve("run");
        Ran trained = diffuse(
                "train",
                "../recipes/autoencoder-emoji.json",
                "--data",
                "glyphs",
                "--out",
                run,
                "--set",
                "model.inChannels=1",
                "--set",
                "model.outChannels=1",
                "--set",
                "model.blockOutChannels=[8,8]",
                "--set",
                "data.validation=0",
                "--set",
                "train.batchSize=2",
                "--set",
                "train.sampleCount=2",
                "--set",
                "train.decayTo=1",
                "--set",
                "train.steps=1");
        assertThat(trained.err()).isEmpty();
        Path model = run.resolve("model");
        assertThat(trained.out()).contains("autoencoder reconstruct " + model);
        assertThat(diffuse("train", "--resume", "--out", run, "--data", "glyphs", "--set", "train.steps=2")
                        .err())
                .isEmpty();

        Path grid = folder.resolve("grid.png");
        Ran shown = diffuse(
                "autoencoder",
                "reconstruct",
                model,
                "--data",
                "glyphs",
                "--count",
                12,
                "--out",
                grid,
                "--fid",
                "--cache",
                folder,
                "--json");
        assertThat(shown.err()).isEmpty();
        assertThat(Json.parseObject(shown.out(), "out"))
                .containsKeys("psnr", "ssim", "fid")
                .containsEntry("count", 12L);
        assertThat(grid).exists();
    }

    @Test
    void know_one_with_a_codebook() throws IOException {
        Path run = folder.resolve("vq");
        Path recipe = Files.writeString(folder.resolve("vq.json"), """
                {
                  "kind": "autoencoder",
                  "model": { "class": "VQModel", "inChannels": 1, "outChannels": 1, "blockOutChannels": [ 8, 8 ],
                    "normNumGroups": 4, "numVqEmbeddings": 16, "midBlockAddAttention": false },
                  "discriminator": { "from": 1, "width": 8 },
                  "data": { "validation": 8 },
                  "train": { "batchSize": 2, "steps": 2, "sampleCount": 0 }
                }
                """);
        Ran trained = diffuse("train", recipe, "--data", "glyphs", "--out", run);
        assertThat(trained.err()).isEmpty();
        Path model = run.resolve("model");
        assertThat(diffuse("autoencoder", "reconstruct", model, "--data", "glyphs", "--count", 4)
                        .out())
                .contains("psnr");
        for (Path shown : new Path[] {run, model}) {
            assertThat(diffuse("info", shown).out())
                    .contains("VQModel")
                    .contains("factor       2")
                    .contains("num_vq_embeddings");
        }
    }

    @Test
    void say_in_a_line_what_is_wrong() {
        assertThat(diffuse("autoencoder", "reconstruct", folder, "--data", "glyphs")
                        .err())
                .contains("is not the folder of an autoencoder, it has no config.json");
        assertThat(diffuse("autoencoder").err()).contains("what with it? reconstruct");
        assertThat(diffuse("autoencoder", "reconstruct", folder, "--data", "glyphs", "--count", 0)
                        .err())
                .contains("count must be at least 1");
    }
}
