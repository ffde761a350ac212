package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffusion4j.io.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("diffuse train, write and evaluate of texts")
class WriteCommandTest {

    private static final String RECIPE = """
            {
              "kind": "text", "name": "tiny",
              "data": { "file": "couplets.txt", "heldOut": "more.txt", "unit": "characters", "length": 8, "validation": 2 },
              "model": { "embedding": 4, "width": 8, "layers": 1, "heads": 1, "inner": 8, "timeChannels": 4 },
              "schedule": { "steps": 10 }, "sample": { "steps": 4 },
              "train": { "steps": 2, "batchSize": 2, "warmupSteps": 0, "decayTo": 1, "checkpointEvery": 0, "sampleCount": 1 }
            }
            """;

    @TempDir
    private Path folder;

    private Path data;
    private Path recipe;
    private Path run;

    @BeforeEach
    void makeRecipeAndData() throws IOException {
        recipe = Files.writeString(folder.resolve("tiny.json"), RECIPE);
        run = folder.resolve("run");
        data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("couplets.txt"), "日月,山川。\n山月,日川。\n日日月月,山山。\n");
        Files.writeString(data.resolve("more.txt"), "山日,月川。\n川月,日山。\n".repeat(10));
    }

    private Ran train(Object... more) {
        return diffuse(Stream.concat(Stream.of("train", recipe, "--data", data, "--out", run), Stream.of(more))
                .toArray());
    }

    @Test
    void go_from_a_file_to_texts_that_keep_what_is_given() {
        Ran trained = train();
        assertThat(trained.code()).isZero();
        assertThat(trained.err())
                .isEqualToIgnoringNewLines(
                        "1 of 3 texts are longer than 6 characters and are cut; data.length is that plus 2");
        assertThat(trained.out()).contains("write with: diffuse write " + run.resolve("model") + " --count 10");

        Ran written = diffuse("write", run.resolve("model"), "--prefix", "日月,", "--count", 3, "--length", 6);
        assertThat(written.code()).isZero();
        assertThat(written.out().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).startsWith("日月,").hasSize(6));
        assertThat(diffuse("write", run.resolve("model"), "--infill", "日_,__。", "--count", 2, "--steps", 2, "--rank")
                        .out()
                        .lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).matches("日.,..。"));

        Ran json = diffuse("write", run.resolve("model"), "--count", 2, "--json", "--clamp");
        Map<String, Object> tree = Json.parseObject(json.out(), "write");
        assertThat(tree).containsEntry("clamp", true).containsEntry("sampler", "ddpm");
        assertThat((List<?>) tree.get("texts")).hasSize(2);
    }

    @Test
    void measure_beside_held_out_texts() {
        train();
        Ran measured = diffuse("evaluate", run.resolve("model"), "--count", 20, "--json");
        assertThat(measured.err()).isEmpty();
        Map<String, Object> facts = Json.parseObject(measured.out(), "evaluate");
        assertThat(facts)
                .containsKeys("nll", "bleu", "distinct", "self-bleu", "lm-score", "copies", "sampling")
                .containsEntry("written", 20L)
                .containsEntry("heldOut", 20L);
        // it knows nothing yet, and each place has one of 10 tokens
        assertThat((Double) ((Map<?, ?>) facts.get("nll")).get("bitsPerToken")).isBetween(2.0, 20.0);
        assertThat(diffuse("evaluate", run.resolve("model"), "--metrics", "copies", "--count", 2, "--steps", 2)
                        .out())
                .containsPattern("copies +written copies 0.0000  heldOut copies 0.0000")
                .contains("steps 2");
        assertThat(diffuse("evaluate", run.resolve("model"), "--card", folder.resolve("card.json"))
                        .err())
                .contains("--card is for models of pictures; take --json");
    }

    @Test
    void control_by_facts_that_stand_before_the_texts() throws IOException {
        Files.writeString(data.resolve("couplets.txt"), "多 : 月||日月,月月。\n多 : 日||日日,日月。\n");
        train();
        Path controls = Files.writeString(folder.resolve("controls.json"), """
                {
                  "kind": "text-control", "name": "controls",
                  "model": { "width": 8, "layers": 1, "heads": 1, "inner": 8, "timeChannels": 4 },
                  "train": { "steps": 2, "batchSize": 2, "warmupSteps": 0, "checkpointEvery": 0 }
                }
                """);
        Path out = folder.resolve("controls");
        assertThat(diffuse("train", controls, "--out", out).err()).contains("which model is to be controlled?");
        Ran trained = diffuse("train", controls, "--set", "of=" + run.resolve("model"), "--out", out);
        assertThat(trained.code()).isZero();
        assertThat(trained.out())
                .contains("--controls " + out.resolve("model"))
                .containsPattern("多: recognised in [0-9.]+ %");
        Ran written = diffuse(
                "write", run.resolve("model"), "--count", 2, "--controls", out.resolve("model"), "--control", "多=月");
        assertThat(written.err()).isEmpty();
        assertThat(written.out().lines()).hasSize(2);
        assertThat(diffuse("write", run.resolve("model"), "--controls", out.resolve("model"), "--control", "多=山")
                        .err())
                .contains("there is no value of 多 '山'")
                .contains("known are: 日, 月");
        assertThat(diffuse("write", run.resolve("model"), "--control", "多=山").err())
                .contains("--control needs --controls");
    }

    @Test
    void control_by_parts_of_speech_and_spans_and_measure_it() throws IOException {
        Files.writeString(data.resolve("couplets.txt"), "多 : 月||日月,月月。\n多 : 日||日日,日月。\n");
        Files.writeString(data.resolve("more.txt"), "多 : 月||日月,月月。\n".repeat(20));
        Files.writeString(data.resolve("tagged.json"), """
                {"words_": ["START", "日", "月", ",", "日", "月", "。", "END"], "pos": ["START", "NOUN", "NOUN", "PUNCT", "ADJ", "NOUN", "PUNCT", "END"]}
                """.repeat(10));
        train();
        Path model = run.resolve("model");
        Path out = folder.resolve("controls");
        Path recipe = Files.writeString(folder.resolve("controls.json"), """
                {
                  "kind": "text-control", "name": "controls", "data": { "tagged": "tagged.json" },
                  "model": { "width": 8, "layers": 1, "heads": 1, "inner": 8, "timeChannels": 4 },
                  "train": { "steps": 2, "batchSize": 2, "warmupSteps": 0, "checkpointEvery": 0 }
                }
                """);
        assertThat(diffuse("train", recipe, "--set", "of=" + model, "--set", "data.tagged=no.json", "--out", out)
                        .err())
                .contains("no.json: cannot be read: there is no such file");
        assertThat(out).doesNotExist();
        assertThat(diffuse("train", recipe, "--set", "of=" + model, "--out", out)
                        .out())
                .containsPattern("pos: recognised in [0-9.]+ %")
                .contains("the tagger that pos and span learned from: 100.0 %");
        Path controls = out.resolve("model");
        Ran written = diffuse(
                "write",
                model,
                "--count",
                2,
                "--controls",
                controls,
                "--control",
                "pos=NOUN NOUN PUNCT",
                "--control",
                "span=0,1,NP",
                "--json");
        assertThat(written.err()).isEmpty();
        assertThat(Json.parseObject(written.out(), "write"))
                .containsEntry("control", List.of("pos=NOUN NOUN PUNCT", "span=0,1,NP"));
        assertThat(diffuse("write", model, "--controls", controls, "--control", "pos=NOUM")
                        .err())
                .contains("there is no part of speech 'NOUM'; did you mean 'NOUN'? known are: ADJ, NOUN, PUNCT");

        Path facts = Files.writeString(folder.resolve("facts.json"), "[\"多\", \":\", \"月\"]\n");
        Path tags = data.resolve("tagged.json");
        Ran measured = diffuse(
                "evaluate",
                model,
                "--controls",
                controls,
                "--targets",
                facts,
                "--targets",
                tags,
                "--per-target",
                2,
                "--json");
        assertThat(measured.err()).isEmpty();
        Map<?, ?> control =
                (Map<?, ?>) Json.parseObject(measured.out(), "evaluate").get("control");
        assertThat((Object) control.get("targets")).isEqualTo(10L);
        assertThat((List<?>) control.get("texts")).hasSize(20);
        assertThat(((Map<?, ?>) control.get("kinds")).keySet())
                .map(Object::toString)
                .containsExactly("多", "pos");
        assertThat(diffuse(
                                "evaluate",
                                model,
                                "--metrics",
                                "control,copies",
                                "--controls",
                                controls,
                                "--targets",
                                facts,
                                "--per-target",
                                1)
                        .out())
                .containsPattern("多 +1 +[0-9.]+ % +100.0 %")
                .contains("perplexity");
        assertThat(diffuse("evaluate", model, "--metrics", "control").err()).contains("control needs --controls");
        assertThat(diffuse("evaluate", model, "--metrics", "copies", "--targets", facts)
                        .err())
                .contains("--controls and --targets are for --metrics control");
        assertThat(diffuse("evaluate", model, "--controls", controls, "--targets", data.resolve("more.txt"))
                        .err())
                .contains("more.txt: target 1")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--prefix 日月火木 | the model does not know '火', '木', which its training texts have too seldom; it knows 6 characters",
                "--length 7 | a text of 7 characters is longer than the model's 6",
                "--prefix 日 --infill _月 | a text has a prefix or blanks to fill, not both: omit one",
                "--sampler dimm | there is no sampler 'dimm'; did you mean 'ddim'?",
                "--steps 11 | 11"
            })
    void refuse_in_one_line_what_cannot_be(String options, String message) {
        train();
        Ran refused = diffuse(Stream.concat(Stream.of("write", run.resolve("model")), Stream.of(options.split(" ")))
                .toArray());
        assertThat(refused.code()).isNotZero();
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(refused.err()).contains(message);
    }

    @Test
    void refuse_files_that_are_no_texts_before_anything_is_made() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.txt"), "\n");
        Ran refused = diffuse("train", recipe, "--data", empty, "--out", run);
        assertThat(refused.err()).contains(empty + ": has no text; it needs one a line");
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(run).doesNotExist();
        assertThat(diffuse("train", recipe, "--out", run).err()).contains("which texts? say --data");
    }
}
