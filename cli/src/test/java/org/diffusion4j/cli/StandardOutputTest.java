package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.diffusion4j.io.Json;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** In processes of their own, where only what is flushed arrives. */
@DisplayName("Standard output")
class StandardOutputTest {

    /** What a machine that is slow prints every half minute. */
    private static final String PROGRESS = "[\\w ]+: \\d+ of \\d+.*";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sample MODEL --steps 1 --count 2 --out OUT/grid.png --json",
                "info MODEL --json",
                "doctor --json",
                "samplers --json",
                "samplers SMALL --steps 1 --count 1 --out OUT/page.md --json",
                "compress MODEL --data glyphs --count 1 --respacing 2 --json",
                "evaluate MODEL --data glyphs --metrics nll --count 1 --respacing 2 --json",
                "classifier test --weights CLASSIFIER --data glyphs --json",
                "backtest naive --data SERIES --horizon 2 --windows 1 --json"
            })
    void is_one_json_object_and_nothing_else_where_json_is_asked_for(String command) throws Exception {
        Ran ran = ran(command);
        assertThat(ran.err().lines()).allMatch(line -> line.matches(PROGRESS));
        assertThat(ran.code()).isZero();
        assertThat(Json.parseObject(ran.out(), command)).isNotEmpty();
    }

    @Test
    void is_json_in_every_command_that_has_the_option() {
        List<String> tested = List.of(
                "sample",
                "info",
                "doctor",
                "samplers",
                "compress",
                "evaluate",
                "test",
                "backtest",
                "forecast", // ForecastCommandTest
                "write", // WriteCommandTest
                "reconstruct", // AutoencoderCommandTest
                "score", // ClipCommandTest
                "search"); // ClipCommandTest
        assertThat(commands(Diffuse.commandLine(
                                new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter())))
                        .filter(command -> command.getCommandSpec().findOption("--json") != null)
                        .map(CommandLine::getCommandName))
                .containsExactlyInAnyOrderElementsOf(tested);
    }

    @ParameterizedTest
    @ValueSource(strings = {"samplers", "samplers --json", "info MODEL", "--help", "--version", "completion"})
    void that_cannot_be_written_is_a_failure_with_one_line(String command) throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "there is no full device here");
        Process process = process(command).redirectOutput(full.toFile()).start();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(said)
                .isEqualToIgnoringNewLines(
                        "diffuse: not all of the output could be written; is the disk full, or the pipe closed?");
    }

    private static Stream<CommandLine> commands(CommandLine root) {
        return Stream.concat(
                Stream.of(root), root.getSubcommands().values().stream().flatMap(StandardOutputTest::commands));
    }

    private Ran ran(String command) throws Exception {
        Path err = folder.resolve("err");
        Process process = process(command).redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), out, Files.readString(err));
    }

    private Path tinyClassifier() throws IOException {
        Path recipe = folder.resolve("recipe.json");
        Path file = folder.resolve("tiny.safetensors");
        Files.writeString(recipe, "{\"widths\": [8, 8], \"steps\": 1, \"batchSize\": 8, \"warmupSteps\": 0}");
        assertThat(Ran.diffuse("classifier", "train", recipe, "--data", "glyphs", "--out", file)
                        .code())
                .isZero();
        return file;
    }

    private ProcessBuilder process(String command) throws IOException {
        Path model = TinyModel.ofGlyphs(folder);
        String words = command.replace("MODEL", model.toString()).replace("OUT", folder.toString());
        if (words.contains("SMALL")) {
            words = words.replace("SMALL", TinyModel.in(folder).toString());
        }
        if (words.contains("SERIES")) {
            StringBuilder rows = new StringBuilder("day,a,b\n");
            for (int day = 1; day <= 28; day++) {
                rows.append(String.format("2024-01-%02d,%d,%d%n", day, day % 7, day));
            }
            words = words.replace(
                    "SERIES",
                    Files.writeString(folder.resolve("series.csv"), rows).toString());
        }
        if (words.contains("CLASSIFIER")) {
            words = words.replace("CLASSIFIER", tinyClassifier().toString());
        }
        return Launched.diffuse((Object[]) words.split(" ")).redirectErrorStream(false);
    }
}
