package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.nio.file.Path;
import org.diffusion4j.sample.Samplers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse samplers")
class SamplersCommandTest {

    @TempDir
    private Path folder;

    @Test
    void lists_every_sampler_in_a_line() {
        Ran ran = diffuse("samplers");
        assertThat(ran.code()).isZero();
        assertThat(ran.out().lines()).hasSize(1 + Samplers.all().size());
        assertThat(ran.out()).containsPattern("(?m)^ddim +1 +1 +no +DDIM, equation 12 +");
        assertThat(diffuse("samplers", "--json").out()).contains("\"callsPerStep\": 2");
    }

    @Test
    void compares_them_on_a_model_and_writes_a_page_with_pictures() {
        Path model = TinyModel.in(folder);
        Path page = folder.resolve("page.md");
        Object[] command = {"samplers", model, "--steps", "2,4", "--count", 2, "--out", page};

        Ran ran = diffuse(command);

        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(page)
                .content()
                .contains("# Which sampler?", "Nearest with one network call a step: in 2 steps `")
                .containsPattern(
                        "\\| `heun` \\| 2 \\| 2 \\| no \\| [0-9.]+ / [0-9.]+ \\| [0-9]+ / [0-9]+ \\| !\\[heun\\]\\(page/heun.png\\) \\|");
        assertThat(folder.resolve("page/heun.png")).isNotEmptyFile();
        assertThat(diffuse(command).err()).contains("exists already");
        assertThat(diffuse("samplers", model, "--steps", 2000, "--out", folder.resolve("x.md"))
                        .err())
                .contains("steps must lie between 1 and the");
    }

    @Test
    void every_one_that_is_listed_draws() {
        Path model = TinyModel.in(folder);
        for (Samplers.Entry sampler : Samplers.all()) {
            Path out = folder.resolve(sampler.name() + ".png");
            Ran ran = diffuse("sample", model, "--sampler", sampler.name(), "--steps", 4, "--count", 2, "--out", out);
            assertThat(ran.code()).as(sampler.name() + ": " + ran.err()).isZero();
            assertThat(out).isNotEmptyFile();
        }
    }
}
