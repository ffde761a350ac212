package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

@DisplayName("diffuse")
class DiffuseTest {

    @Test
    void refuses_to_run_without_a_command_and_names_them() {
        Ran ran = diffuse();
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err())
                .startsWith("diffuse: which command? ")
                .contains("doctor")
                .hasLineCount(1);
    }

    @Test
    void refuses_an_unknown_command_and_says_which_was_meant() {
        Ran ran = diffuse("docter");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err())
                .startsWith("diffuse: there is no command 'docter'; did you mean doctor?; see diffuse --help")
                .hasLineCount(1);
        assertThat(diffuse("bogus").err())
                .isEqualToIgnoringNewLines("diffuse: there is no command 'bogus'; see diffuse --help");
    }

    @Test
    void refuses_an_unknown_option_and_says_which_was_meant() {
        Ran ran = diffuse("doctor", "--jsno");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("'--jsno'", "did you mean --json?").hasLineCount(1);
    }

    @Test
    void shows_the_stack_of_an_error_only_on_debug() {
        assertThat(diffuse("doctor", "--jsno").err()).doesNotContain("\tat ");
        assertThat(diffuse("doctor", "--debug", "--jsno").err()).contains("\tat ");
    }

    @Test
    void tells_its_version() {
        Ran ran = diffuse("--version");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).matches("diffuse \\S+\\R");
    }

    static List<CommandLine> commands() {
        CommandLine root = root();
        return Stream.concat(Stream.of(root), root.getSubcommands().values().stream())
                .toList();
    }

    private static CommandLine root() {
        return Diffuse.commandLine(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shows_an_example_in_the_help_of_every_command_that_it_understands(CommandLine command) {
        String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
        assertThat(help).contains("Example:");
        String example = help.substring(help.indexOf("Example:"))
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
        String[] words = example.replaceAll(".*(diffuse [^)]*).*", "$1").strip().split(" +");
        root().parseArgs(List.of(words).subList(1, words.length).toArray(String[]::new));
    }

    @Test
    void completes_every_command_in_a_shell() {
        Ran ran = diffuse("completion");
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("complete -F")
                .contains(root().getSubcommands().keySet());
    }

    @Test
    void examines_the_machine() {
        Ran ran = diffuse("doctor");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("libtorch", "2.10.0", "processor", "threads", "gpu");
        assertThat(diffuse("doctor", "--json").out()).startsWith("{").contains("\"libtorch\": \"2.10.0");
    }
}
