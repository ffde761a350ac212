package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@DisplayName("diffuse study")
class StudyCommandTest {

    @TempDir
    private static Path cache;

    @TempDir
    private Path folder;

    private Object[] words(Object... more) {
        return Stream.concat(
                        Stream.of("study", TinyModel.ofGlyphs(folder), "--data", "glyphs", "--count", 20),
                        Stream.of(more))
                .toArray();
    }

    private Object[] out(String name) {
        return new Object[] {"--out", folder.resolve(name), "--cache", cache};
    }

    private static Object[] both(Object[] some, Object... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray();
    }

    @Test
    void writes_a_table_and_a_page_that_needs_nothing_else() throws Exception {
        Object[] command = words(both(
                out("study"),
                "--sampler",
                "ddim,dpm++-2m",
                "--steps",
                "2,1",
                "--eta",
                "0,sigma-hat",
                "--spacing",
                "trailing,linspace",
                "--metrics",
                "fid,accuracy"));
        Ran ran = diffuse(command);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();

        List<String> csv = Files.readAllLines(folder.resolve("study/study.csv"));
        assertThat(csv).hasSize(1 + 9); // 3 curves in 2 steps on 2 spacings, which in 1 step are the same
        assertThat(csv.get(0))
                .startsWith("model,prediction,sampler,steps,eta,etaRule,variance,spacing,")
                .contains(
                        "fid,accuracy",
                        "floor of fid",
                        "secondsPerImage,count,seed,modelHash,data,split,dataHash,network");
        assertThat(csv)
                .filteredOn(line -> line.startsWith("digits,eps,dpm++-2m,2,,,fixed-small,linspace,"))
                .hasSize(1);

        Path page = folder.resolve("study/study.html");
        Document document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(3 + 2 * 3);
        List<Element> pictures = elements(document.getElementsByTagName("img"));
        assertThat(pictures).hasSize(2 * 3 * 2).allSatisfy(picture -> {
            assertThat(picture.getAttribute("src")).startsWith("data:image/png;base64,iVBORw0KGgo");
            assertThat(picture.getAttribute("alt")).contains("FID ");
        });
        assertThat(page)
                .content()
                .contains(
                        "20 pictures are fewer than the network’s 96 features",
                        "Real pictures score ",
                        "mnist-classifier ")
                .doesNotContain("src=\"http", "href=", "url(", "<script");
        String first = Files.readString(folder.resolve("study/study.csv"));
        assertThat(diffuse(command).code()).isZero();
        assertThat(folder.resolve("study/study.csv")).content().isEqualTo(first);
    }

    private static List<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--steps 5,2000      | steps must lie between 1 and the 1000 of the process, was 2000",
                "--eta 0,most        | an eta is a number from 0 to 1 or 'sigma-hat', not 'most'",
                "--sampler dim       | there is no sampler 'dim'; did you mean 'ddim'?",
                "--spacing trailling | there is no spacing 'trailling'; did you mean 'trailing'?",
                "--seeds 2-0         | --seeds must be between 1 and 1000 seeds, was 2-0",
                "--seeds two         | --seeds is a number such as 3 or a range such as 0-2, not 'two'",
                "--seeds 0-2 --seed 1 | --seeds 0-2 says all seeds; omit --seed, or give --seeds a number",
                "--metrics fit       | there is no metric 'fit'; did you mean 'fid'?",
                "--metrics pr        | a study compares by FID; add fid to the metrics",
            })
    void refuses_what_it_cannot_study_in_one_line(String options, String line) {
        Ran ran = diffuse(words(both(out("study"), (Object[]) options.split(" +"))));
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains(line).hasLineCount(1);
        assertThat(folder.resolve("study")).doesNotExist();
    }

    @Test
    void draws_each_way_with_each_seed_and_writes_a_page_of_what_is_there() throws Exception {
        Object[] options = words(both(out("study"), "--steps", "1", "--eta", "0", "--metrics", "fid"));
        assertThat(diffuse(both(options, "--seeds", "2", "--seed", "5")).code()).isZero();
        assertThat(folder.resolve("study/study-means.csv")).content().contains(",20,2,5 6,");
        Ran ran = diffuse(both(options, "--seeds", "5-7", "--page-only"));
        assertThat(ran.err()).isEmpty();
        assertThat(folder.resolve("study/study.html")).content().contains("2 of 3 cells are done", "2 of 3 seeds");
        assertThat(folder.resolve("study/study.csv")).content().hasLineCount(3);
    }

    @Test
    void refuses_a_folder_that_holds_something_else() {
        Ran ran = diffuse(words("--out", folder));
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err())
                .contains("exists already and is no study; choose another name")
                .hasLineCount(1);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
    void goes_on_after_a_signal_with_what_is_there() throws Exception {
        Object[] command = words(both(out("study"), "--steps", "1,600", "--eta", "0", "--metrics", "fid"));
        Path csv = folder.resolve("study/study.csv");
        Process study = Launched.diffuse(command).start();
        try {
            while (study.isAlive() && !Files.exists(csv)) {
                study.waitFor(20, TimeUnit.MILLISECONDS);
            }
            Launched.signal(study, "TERM");
            assertThat(study.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(study.exitValue()).isEqualTo(143);
        } finally {
            study.destroyForcibly();
        }
        String first = Files.readAllLines(csv).get(1);
        assertThat(folder.resolve("study/study.html")).content().contains("1 of 2 cells are done");
        Ran ran = diffuse(command);
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(Files.readAllLines(csv))
                .hasSize(3)
                .contains(first)
                .last()
                .asString()
                .contains("ddim,600,");
    }
}
