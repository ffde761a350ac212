package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("diffuse train")
class TrainCommandTest {

    /** The smallest training that has everything: 4×4 pictures in two classes, a network of one level. */
    private static final String RECIPE = """
            {
              "name": "tiny", "data": { "validation": 2 },
              "model": {
                "sampleSize": 4, "inChannels": 3, "outChannels": 3, "blockOutChannels": [8], "layersPerBlock": 1,
                "downBlockTypes": ["DownBlock2D"], "upBlockTypes": ["UpBlock2D"], "normNumGroups": 2,
                "addAttention": false, "numClassEmbeds": 3
              },
              "train": { "steps": 3, "batchSize": 2, "warmupSteps": 0, "checkpointEvery": 0, "sampleEvery": 0 },
              "sample": { "sampler": "ddim", "steps": 1 }
            }
            """;

    @TempDir
    private Path folder;

    private Path recipe;
    private Path data;
    private Path out;

    @BeforeEach
    void makeRecipeAndData() throws IOException {
        recipe = Files.writeString(folder.resolve("tiny.json"), RECIPE);
        data = folder.resolve("pictures");
        out = folder.resolve("run");
        for (int i = 0; i < 8; i++) {
            Path picture = data.resolve(i % 2 == 0 ? "even" : "odd").resolve(i + ".png");
            Files.createDirectories(picture.getParent());
            BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i % 4, i / 4, 0xffffff);
            ImageIO.write(image, "png", picture.toFile());
        }
    }

    private Ran train(Object... more) {
        return diffuse(Stream.concat(Stream.of("train", recipe, "--data", data, "--out", out), Stream.of(more))
                .toArray());
    }

    @Test
    void leaves_a_model_to_draw_from() {
        Ran ran = train();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("draw with: diffuse sample " + out.resolve("model"));
        Path picture = folder.resolve("x.png");
        assertThat(diffuse("sample", out.resolve("model"), "--steps", 1, "--label", "odd", "--out", picture)
                        .code())
                .isZero();
        assertThat(picture).exists();
    }

    @Test
    void refuses_a_run_that_is_there_and_replaces_it_by_force() {
        train();
        Ran again = train();
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err())
                .contains(out + ": a run is there already; --force replaces it")
                .hasLineCount(1);
        assertThat(train("--force").code()).isZero();
    }

    @Test
    void leaves_the_old_run_whole_when_the_new_one_is_refused_by_force_too() throws IOException {
        train();
        Map<String, String> before = Tree.of(out);
        Ran refused = train("--force", "--set", "model.sampleSize=8");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("model.sampleSize must be [4]").hasLineCount(1);
        assertThat(Tree.of(out)).isEqualTo(before);
    }

    @Test
    void leaves_nothing_when_recipe_and_data_do_not_fit_so_that_the_next_try_needs_no_force() {
        assertThat(train("--set", "model.sampleSize=8").code()).isEqualTo(2);
        assertThat(out).doesNotExist();
        assertThat(train().code()).isZero();
    }

    @Test
    void refuses_to_resume_with_other_settings_or_data_by_name_and_leaves_the_run_as_it_was() throws IOException {
        train();
        Map<String, String> before = Tree.of(out);
        Ran seed = diffuse("train", "--resume", "--out", out, "--set", "train.seed=5");
        assertThat(seed.code()).isEqualTo(1);
        assertThat(seed.err()).contains("was made with train.seed 0, not 5").hasLineCount(1);
        Path other = folder.resolve("other");
        for (String picture : new String[] {"even/0.png", "odd/1.png", "even/2.png"}) {
            Files.createDirectories(other.resolve(picture).getParent());
            Files.copy(data.resolve(picture), other.resolve(picture));
        }
        Ran data = diffuse("train", "--resume", "--out", out, "--data", other);
        assertThat(data.err())
                .contains("was made with the data of " + this.data + ", not those of " + other)
                .hasLineCount(1);
        assertThat(Tree.of(out)).isEqualTo(before);
        assertThat(diffuse("train", "--resume", "--out", out).code()).isZero();
    }

    @Test
    void refuses_samples_that_it_could_not_draw_before_its_first_step() {
        Ran ran = train("--set", "sample.steps=1001");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .contains("sample.steps must be at most the 1000 of schedule.steps, was 1001")
                .hasLineCount(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void goes_on_with_more_steps() throws IOException {
        train();
        Ran resumed = diffuse("train", "--resume", "--out", out, "--set", "train.steps=5");
        assertThat(resumed.err()).isEmpty();
        assertThat(resumed.code()).isZero();
        assertThat(Files.readString(out.resolve("metrics.jsonl"))).contains("{\"step\":5,");
    }

    @Test
    void refuses_to_go_on_where_there_is_no_run() {
        Ran ran = diffuse("train", "--resume", "--out", out);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains(out + ": there is no run to resume").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train.batchsise=4  | key 'train.batchsise' is not known; did you mean 'batchSize'?",
                "train.batchSize=no | train.batchSize",
                "train.steps=0      | train.steps must be at least 1, was 0",
                "prediction=w       | 'w'",
                "nonsense           | nonsense",
            })
    void refuses_a_wrong_field_in_one_line_and_leaves_nothing(String change, String line) {
        Ran ran = train("--set", change);
        assertThat(ran.code()).isIn(1, 2);
        assertThat(ran.err()).contains(line).hasLineCount(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void refuses_data_that_are_not_there() {
        Ran ran = train("--data", folder.resolve("nothing"));
        assertThat(ran.code()).isIn(1, 2);
        assertThat(ran.err()).hasLineCount(1);

        Ran missing = diffuse("train", recipe, "--data", folder.resolve("nothing"), "--out", out);
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err())
                .contains("nothing: there is no such folder or zip")
                .hasLineCount(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void names_a_picture_that_cannot_be_read_and_skips_it_only_where_told() throws IOException {
        Files.writeString(data.resolve("odd/bad.png"), "no picture");
        Ran refused = train();
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("bad.png", "--skip-bad goes on").hasLineCount(1);
        assertThat(out).doesNotExist();

        Ran skipped = train("--skip-bad");
        assertThat(skipped.code()).isZero();
        assertThat(skipped.err()).startsWith("skipped: ").contains("bad.png").hasLineCount(1);
    }

    @Test
    void refuses_idx_files_that_are_cut_short() throws IOException {
        Path idx = Files.createDirectories(folder.resolve("mnist"));
        Files.write(
                idx.resolve("train-images-idx3-ubyte"), new byte[] {0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 4, 0, 0, 0, 4, 1});
        Files.write(idx.resolve("train-labels-idx1-ubyte"), new byte[] {0, 0, 8, 1, 0, 0, 0, 9, 1});
        Ran ran = diffuse("train", recipe, "--data", idx, "--out", out);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("train-images-idx3-ubyte").hasLineCount(1);
    }

    @Test
    void refuses_a_data_set_that_is_not_the_published_one() throws Exception {
        Path mnist = Files.createDirectories(folder.resolve("home/mnist"));
        Files.writeString(mnist.resolve("train-images-idx3-ubyte.gz"), "something else");
        ProcessBuilder command = Launched.diffuse("train", recipe, "--data", "mnist", "--download", "--out", out);
        command.environment().put("DIFFUSION4J_DATA", folder.resolve("home").toString());
        Process process = command.start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains(
                        mnist.resolve("train-images-idx3-ubyte.gz")
                                + ": is there already, but is not the published file; use it by naming its folder, or delete it");
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void refuses_a_folder_that_cannot_be_written_before_it_reads_the_data() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Ran ran = diffuse("train", recipe, "--data", folder.resolve("nothing"), "--out", file.resolve("run"));
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .contains(file.resolve("run") + ": cannot be written")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
    void saves_on_a_signal_and_goes_on_to_the_same_end(String signal, int code) throws Exception {
        Launched.assumeHeard(signal);
        Process training = Launched.diffuse(
                        "train", recipe, "--data", data, "--out", out, "--set", "train.steps=1000000")
                .start();
        try {
            Path metrics = out.resolve("metrics.jsonl");
            while (training.isAlive() && !(Files.exists(metrics) && Files.size(metrics) > 0)) {
                training.waitFor(50, TimeUnit.MILLISECONDS);
            }
            Launched.signal(training, signal);
            assertThat(training.waitFor(2, TimeUnit.MINUTES)).isTrue();
            String printed = new String(training.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(printed).contains("which is saved; go on with: diffuse train --resume --out " + out);
            assertThat(training.exitValue()).isEqualTo(code);
        } finally {
            training.destroyForcibly();
        }
        long step = Files.readAllLines(out.resolve("metrics.jsonl")).stream()
                .filter(line -> line.contains("\"loss\""))
                .count();
        assertThat(diffuse("train", "--resume", "--out", out, "--set", "train.steps=" + (step + 2))
                        .code())
                .isZero();
        assertThat(Files.readString(out.resolve("metrics.jsonl"))).contains("{\"step\":" + (step + 2) + ",");
    }

    @Test
    void says_that_the_steps_of_a_recipe_are_not_all_where_stages_follow() {
        Object[] words = {
            "train",
            Path.of("../recipes/ddpm-mnist.json"),
            "--data",
            "nowhere",
            "--out",
            folder.resolve("stages"),
            "--set",
            "train.steps=3"
        };
        assertThat(diffuse(words).err())
                .contains(
                        "train.steps=3 is followed by the 4000 steps of train.stages; omit those with --set train.stages=[]");
        Object[] alone = Stream.concat(Stream.of(words), Stream.of("--set", "train.stages=[]"))
                .toArray();
        assertThat(diffuse(alone).err()).doesNotContain("stages");
    }
}
