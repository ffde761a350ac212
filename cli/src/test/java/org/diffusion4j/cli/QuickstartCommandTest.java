package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse quickstart")
class QuickstartCommandTest {

    @TempDir
    private Path folder;

    private static Ran quickstart(Path out, Object... more) {
        return diffuse(words(out, more));
    }

    /** Of a training so small that it takes a moment. */
    private static Object[] words(Path out, Object... more) {
        Stream<Object> tiny = Stream.of(
                "quickstart",
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
        Stream<Object> data = List.of(more).contains("--data") ? Stream.of() : Stream.of("--data", "glyphs");
        return Stream.of(tiny, data, Stream.of(more)).flatMap(part -> part).toArray();
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

    @Test
    void says_when_it_is_finished_and_what_to_do() throws IOException {
        Path run = folder.resolve("run");
        quickstart(run);
        Map<String, String> before = Tree.of(run);
        Ran again = quickstart(run);
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err())
                .contains(
                        run
                                + ": is finished, its digits are in samples.png; --force replaces it, --out takes another folder")
                .hasLineCount(1);
        assertThat(Tree.of(run)).isEqualTo(before);
        Ran forced = quickstart(run, "--force", "--seed", 3);
        assertThat(forced.code()).as(forced.err()).isZero();
        assertThat(Tree.of(run).get("samples.png")).isNotEqualTo(before.get("samples.png"));
    }

    @Test
    void draws_what_is_missing_of_a_run_that_was_trained_to_its_end() throws IOException {
        Path run = folder.resolve("run");
        quickstart(run);
        String samples = Tree.of(run).get("samples.png");
        Files.delete(run.resolve("samples.png"));
        Ran again = diffuse("quickstart", "--out", run);
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("samples.png");
        assertThat(Tree.of(run)).containsEntry("samples.png", samples);
    }

    @Test
    void goes_on_by_the_command_that_it_prints_when_it_is_stopped_and_gets_its_pictures() throws Exception {
        Launched.assumeHeard("TERM");
        Path run = folder.resolve("run");
        Process training = Launched.diffuse(words(
                        run,
                        "--set",
                        "train.steps=100000",
                        "--set",
                        "train.decayTo=1",
                        "--set",
                        "train.checkpointEvery=5"))
                .start();
        try {
            Path checkpoint = run.resolve("checkpoints/step-5");
            while (training.isAlive() && !Files.exists(checkpoint)) {
                training.waitFor(50, TimeUnit.MILLISECONDS);
            }
            Launched.signal(training, "TERM");
            assertThat(training.waitFor(2, TimeUnit.MINUTES)).isTrue();
            String printed = new String(training.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(printed).contains("which is saved; go on with: diffuse quickstart --out " + run);
        } finally {
            training.destroyForcibly();
        }
        long step = Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .filter(line -> line.contains("\"loss\""))
                .count();
        Ran resumed = diffuse("quickstart", "--out", run, "--set", "train.steps=" + (step + 2));
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(resumed.err()).contains((step + 2) + " steps after " + step);
        assertThat(run.resolve("samples.png")).exists();
    }

    @Test
    void refuses_the_run_of_another_command() {
        Path run = folder.resolve("run");
        quickstart(run, "--set", "name=other");
        Ran refused = diffuse("quickstart", "--out", run);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("is the run 'other' of 'train'").hasLineCount(1);
    }

    @Test
    void has_its_digits_read_by_the_classifier_where_they_are_of_mnist_kind_only() throws IOException {
        assertThat(quickstart(folder.resolve("glyphs")).out()).doesNotContain("classifier");
        Path digits = folder.resolve("digits");
        for (int i = 0; i < 20; i++) {
            Path picture = digits.resolve(i % 10 + "/" + i + ".png");
            Files.createDirectories(picture.getParent());
            ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", picture.toFile());
        }
        Ran ran = quickstart(folder.resolve("run"), "--data", digits, "--set", "data.grey=true");
        assertThat(ran.out()).as(ran.err()).containsPattern("The built-in classifier reads \\d+ of the 100 digits");
    }
}
