package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse quickstart")
class QuickstartCommandTest {

    @TempDir
    private Path folder;

    private Ran quickstart(Path out) {
        return diffuse(
                "quickstart",
                "--data",
                "glyphs",
                "--out",
                out,
                "--set",
                "model.blockOutChannels=[8,8]",
                "--set",
                "model.downBlockTypes=[\"DownBlock2D\",\"DownBlock2D\"]",
                "--set",
                "model.upBlockTypes=[\"UpBlock2D\",\"UpBlock2D\"]",
                "--set",
                "model.addAttention=false",
                "--set",
                "data.validation=4",
                "--set",
                "train.batchSize=4",
                "--set",
                "train.steps=2",
                "--set",
                "sample.steps=1");
    }

    @Test
    void leaves_what_it_names_and_draws_the_same_bytes_the_second_time() {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        Ran ran = quickstart(first);
        assertThat(ran.code()).as(ran.err()).isZero();
        for (String file : new String[] {"samples.png", "denoising.gif", "forward.png", "model", "metrics.jsonl"}) {
            assertThat(first.resolve(file)).exists();
            assertThat(ran.out()).contains(file);
        }
        assertThat(quickstart(second).code()).isZero();
        assertThat(second.resolve("forward.png")).hasSameBinaryContentAs(first.resolve("forward.png"));
        assertThat(second.resolve("samples.png")).hasSameBinaryContentAs(first.resolve("samples.png"));
        assertThat(second.resolve("denoising.gif")).hasSameBinaryContentAs(first.resolve("denoising.gif"));
    }
}
