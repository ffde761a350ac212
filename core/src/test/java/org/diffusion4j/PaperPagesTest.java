package org.diffusion4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The page of a paper")
class PaperPagesTest {

    private static final Path PAGES = Path.of("../docs/papers");
    private static final Pattern SECTION = Pattern.compile("(?ms)^## (.+?)$(.*?)(?=^## |\\z)");
    private static final Pattern LINE = Pattern.compile("(?m)^- \\[`[^`]+`]\\(([^)]+)\\): `(.+)`$");
    private static final String NO_LINE = "No line of its own: ";

    @ParameterizedTest
    @CsvSource({"ddpm, 16", "iddpm, 19", "ddim, 16"})
    void has_every_equation_with_lines_that_stand_in_the_code(String paper, int equations) throws IOException {
        List<MatchResult> sections = sections(paper + ".md");
        assertThat(sections.stream().map(section -> section.group(1)).filter(name -> name.startsWith("(")))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, equations)
                        .mapToObj(i -> "(" + i + ")")
                        .toList());
        for (MatchResult section : sections) {
            List<MatchResult> lines = LINE.matcher(section.group(2)).results().toList();
            assertThat(lines.isEmpty())
                    .as(section.group(1))
                    .isEqualTo(section.group(2).contains(NO_LINE));
            for (MatchResult line : lines) {
                Path file = PAGES.resolve(line.group(1)).normalize();
                assertThat(file).content().as(section.group(1)).contains(line.group(2));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"ddpm", "iddpm", "ddim"})
    void has_a_chinese_twin_with_the_same_equations_and_lines(String paper) throws IOException {
        assertThat(formulas(paper + ".zh.md")).isEqualTo(formulas(paper + ".md"));
    }

    /** All that does not depend on the language: equations and lines of code. */
    private static List<String> formulas(String page) throws IOException {
        return Files.readAllLines(PAGES.resolve(page)).stream()
                .filter(line -> line.startsWith("`") || line.startsWith("- ") || line.startsWith("## ("))
                .toList();
    }

    private static List<MatchResult> sections(String page) throws IOException {
        return SECTION.matcher(Files.readString(PAGES.resolve(page))).results().toList();
    }
}
