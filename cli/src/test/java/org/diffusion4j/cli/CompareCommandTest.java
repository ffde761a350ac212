package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("diffuse compare")
class CompareCommandTest {

    @TempDir
    private static Path cache;

    @TempDir
    private Path folder;

    private Object[] words(Object model, Object... more) {
        return Stream.concat(
                        Stream.of(
                                "compare",
                                model,
                                "--data",
                                "glyphs",
                                "--count",
                                10,
                                "--cache",
                                cache,
                                "--out",
                                folder.resolve("out")),
                        Stream.of(more))
                .toArray();
    }

    @Test
    void makes_one_table_of_models_that_draw_as_their_recipes_say() throws Exception {
        Path edm = trained("edm");
        Path vp = trained("vp");
        Object[] command = words(edm, vp, "--metrics", "fid,nll-ode", "--nll-count", 2, "--tolerance", "0.5");
        Ran ran = diffuse(command);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).contains("look at comparison.html");
        List<String> csv = Files.readAllLines(folder.resolve("out/comparison.csv"));
        assertThat(csv).hasSize(3);
        assertThat(csv.get(0)).contains("network calls,", ",fid,", ",bits/dim,standard error of bits/dim,");
        assertThat(csv.get(1)).startsWith("edm,,,heun,2,");
        assertThat(csv.get(2)).startsWith("vp,,,em,2,");
        assertThat(diffuse(command).code()).isZero();
        assertThat(Files.readAllLines(folder.resolve("out/comparison.csv"))).isEqualTo(csv);
    }

    /** A run of one step. */
    private Path trained(String kind) {
        Path run = folder.resolve(kind);
        Ran ran = diffuse(
                "train",
                Path.of("..", "recipes", kind + "-mnist.json"),
                "--data",
                "glyphs",
                "--out",
                run,
                "--set",
                "train.steps=1",
                "--set",
                "train.stages=[]",
                "--set",
                "train.batchSize=2",
                "--set",
                "train.sampleEvery=0",
                "--set",
                "data.validation=0",
                "--set",
                "model.blockOutChannels=[8,8,8]",
                "--set",
                "model.attentionHeadDim=8",
                "--set",
                "sample.steps=2");
        assertThat(ran.code()).as(ran.err()).isZero();
        return run.resolve("model");
    }

    @Test
    void draws_curves_of_guidance_and_the_model_alone_once() throws Exception {
        Path out = folder.resolve("out");
        Ran ran = diffuse(words(
                TinyModel.ofGlyphs(folder),
                "--guidance",
                "1,2",
                "--guidance-interval",
                "0.3,5",
                "--guide",
                TinyModel.ofGlyphs(Files.createDirectory(folder.resolve("worse"))),
                "--precision",
                "float32"));
        assertThat(ran.err()).isEmpty();
        List<String> csv = Files.readAllLines(out.resolve("comparison.csv"));
        assertThat(csv).hasSize(1 + 3 * 2);
        assertThat(csv.stream().skip(1).map(line -> List.of(line.split(",")).subList(1, 3)))
                .startsWith(List.of("classifier-free", "1.0"), List.of("classifier-free", "2.0"))
                .endsWith(List.of("guide", "1.0"), List.of("guide", "2.0"));
        try (Stream<Path> cells = Files.list(out.resolve("cells"))) {
            assertThat(cells.filter(cell -> cell.toString().endsWith(".json")))
                    .as("scale 1 is one cell of all curves")
                    .hasSize(1 + 3);
        }
        assertThat(out.resolve("fid.svg")).isNotEmptyFile();
        assertThat(out.resolve("precision-recall.svg")).isNotEmptyFile();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--guidance 2          | --guidance is for models that were trained with and without labels",
                "--guidance -1         | --guidance must be at least 0, was [-1.0]",
                "--guidance-interval 0.3,5 | --guidance-interval is for guidance: add --guidance",
                "--guide mnist         | --guide leads away from a worse model: add --guidance",
                "--guidance 2 --guide mnist | the guide knows 10 classes, the model 0",
                "--classifier-scale 2  | --classifier-scale is for a classifier: add --noisy-classifier DIR, or omit it",
                "--noisy-classifier none | none: is not a classifier of noisy pictures",
                "--metrics nll-ode     | a comparison needs at least one metric of samples, such as fid",
                "--metrics fit         | there is no metric 'fit'; did you mean 'fid'?",
                "--metrics fid,nll-ode --tolerance 0 | --tolerance must lie between 0 and 1, was 0.0",
            })
    void refuses_what_it_cannot_compare_in_one_line(String options, String line) {
        Ran ran = diffuse(words(TinyModel.digitsWithoutClasses(folder), (Object[]) options.split(" +")));
        assertThat(ran.code()).isNotZero();
        assertThat(ran.err()).contains(line).hasLineCount(1);
        assertThat(folder.resolve("out")).doesNotExist();
    }
}
