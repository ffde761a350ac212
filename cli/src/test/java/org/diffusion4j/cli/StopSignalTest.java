package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A second signal")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
class StopSignalTest {

    private static final String SAID = "stopping after this step; again: at once";

    @TempDir
    private Path folder;

    @Test
    void ends_a_training_at_once_and_without_a_crash() throws Exception {
        for (int i = 0; i < 4; i++) {
            endsAtOnce("INT", 130, 0);
        }
        endsAtOnce("TERM", 143, 0);
        endsAtOnce("HUP", 129, 0);
    }

    @Test
    @Tag("torture")
    void ends_a_training_at_once_and_without_a_crash_a_hundred_times() throws Exception {
        for (int i = 0; i < 100; i++) {
            endsAtOnce("INT", 130, i * 7 % 50);
        }
    }

    /** Trains a network whose steps take seconds, and sends two signals in one of them. */
    private void endsAtOnce(String signal, int code, int pause) throws Exception {
        Launched.assumeHeard(signal);
        Path out = Files.createTempDirectory(folder, "run");
        ProcessBuilder builder = Launched.diffuse(
                "train",
                Path.of("..", "recipes", "ddpm-mnist.json").toAbsolutePath(),
                "--data",
                "glyphs",
                "--out",
                out,
                "--set",
                "train.batchSize=512",
                "--set",
                "data.validation=0");
        Process training = builder.directory(folder.toFile()).start();
        try (BufferedReader printed =
                new BufferedReader(new InputStreamReader(training.getInputStream(), StandardCharsets.UTF_8))) {
            awaitStep(training, out);
            Launched.signal(training, signal);
            assertThat(printed.lines().anyMatch(SAID::equals)).isTrue();
            Thread.sleep(pause);
            Launched.signal(training, signal);
            assertThat(training.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(training.exitValue()).isEqualTo(code);
            assertThat(printed.lines()).isEmpty(); // no word of a crash
        } finally {
            training.destroyForcibly();
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(Path::getFileName).map(Path::toString).toList())
                    .noneMatch(name -> name.startsWith("hs_err"));
        }
    }

    private static void awaitStep(Process training, Path out) throws IOException, InterruptedException {
        Path metrics = out.resolve("metrics.jsonl");
        while (training.isAlive() && !(Files.exists(metrics) && Files.size(metrics) > 0)) {
            training.waitFor(20, TimeUnit.MILLISECONDS);
        }
        assertThat(training.isAlive()).isTrue();
    }
}
