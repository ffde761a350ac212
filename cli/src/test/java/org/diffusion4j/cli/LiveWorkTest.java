package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Live work")
class LiveWorkTest {

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "{0}, SIG{3}")
    @CsvSource({
        "compress --data glyphs --count 1000, measuring, steps, INT, 130",
        "evaluate --data glyphs --metrics nll --count 1000, nll, steps, TERM, 143",
        "sample --count 1000000 --batch-size 2, drawing, of 1000000 pictures, TERM, 143"
    })
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
    void shows_the_time_that_is_left_and_is_stopped_by_a_signal_with_one_line(
            String command, String task, String unit, String signal, int code) throws Exception {
        Launched.assumeHeard(signal);
        ProcessBuilder builder = Launched.diffuse((Object[]) (command + " " + TinyModel.ofGlyphs(folder)).split(" "));
        builder.environment().put("JDK_JAVA_OPTIONS", "-Ddiffuse.terminal=true");
        Process working = builder.start();
        try (BufferedReader printed =
                new BufferedReader(new InputStreamReader(working.getInputStream(), StandardCharsets.UTF_8))) {
            String line = printed.lines()
                    .filter(each -> each.startsWith(task))
                    .findFirst()
                    .orElseThrow();
            assertThat(line).matches(task + ".*\\d+/\\d+ \\(\\d:\\d\\d:\\d\\d / [0-9:?]+\\).*");
            Launched.signal(working, signal);
            assertThat(working.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(printed.lines())
                    .last()
                    .asString()
                    .matches("diffuse: " + task + " was stopped after \\d+ of \\d+ \\w+, of which nothing is kept")
                    .contains(unit + ",");
            assertThat(working.exitValue()).isEqualTo(code);
        } finally {
            working.destroyForcibly();
        }
    }
}
