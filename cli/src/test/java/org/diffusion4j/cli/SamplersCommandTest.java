package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
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
    void explains_one_with_its_options() {
        Ran ran = diffuse("samplers", "heun");
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .startsWith("heun: ")
                .contains("2 network calls a step, order 2, adds no noise", "--option churn=0", "a number from 0");
        assertThat(diffuse("samplers", "ddim").out()).contains("--eta 0, --eta-rule deviation");
        assertThat(diffuse("samplers", "unipc", "--json").out()).contains("\"default\": \"bh2\"");
        assertThat(diffuse("samplers", "huen").err()).contains("did you mean the sampler 'heun'?");
    }

    @Test
    void options_and_times_change_the_picture_and_what_would_not_is_refused() throws IOException {
        Path model = TinyModel.in(folder);
        Set<String> pictures = new HashSet<>();
        for (String[] words : new String[][] {
            {"--steps", "4"},
            {"--steps", "4", "--option", "churn=2"},
            {"--steps", "4", "--option", "churn=2", "--option", "noise=1.2"},
            {"--steps", "4", "--spacing", "karras"},
            {"--sigmas", "20,3,0.5,0.1"},
            {"--timesteps", "900,400,100,10"}
        }) {
            Path each = folder.resolve("each" + pictures.size());
            List<Object> command = new ArrayList<>(List.of("sample", model, "--sampler", "heun", "--count", 1));
            command.addAll(List.of(words));
            command.addAll(List.of("--each", each));
            Ran ran = diffuse(command.toArray());
            assertThat(ran.code()).as(ran.err()).isZero();
            pictures.add(pixels(each.resolve("00000.png")));
        }
        assertThat(pictures).hasSize(6);
        Object[] euler = {"sample", model, "--sampler", "euler-ancestral", "--eta", 0.5, "--option", "eta=0.2"};
        assertThat(diffuse(euler).err()).contains("--eta and --option eta say the same: give one of them");
        assertThat(diffuse("sample", model, "--sampler", "heun", "--option", "tmin=1")
                        .err())
                .contains("option tmin of heun changes nothing with the others as they are ({tmin=1.0}): omit it");
        assertThat(diffuse("sample", model, "--sampler", "dpm-solver-23", "--sigmas", "9,1")
                        .err())
                .contains("dpm-solver-23 chooses its own times between the first and the last: omit sigmas:9,1");
        assertThat(diffuse("sample", model, "--steps", 3, "--timesteps", "9,4").err())
                .contains("the spacing lists 2 times, but steps is 3: say the same number");
        assertThat(diffuse("sample", model, "--timesteps", "9,4", "--sigmas", "2,1")
                        .err())
                .contains("--timesteps and --sigmas each say the times: give one of them");
    }

    private static String pixels(Path png) throws IOException {
        BufferedImage image = ImageIO.read(png.toFile());
        return Arrays.toString(image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null));
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
