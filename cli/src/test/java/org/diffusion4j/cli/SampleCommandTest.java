package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("diffuse sample")
class SampleCommandTest {

    @TempDir
    private Path folder;

    private Path model;
    private Path out;

    @BeforeEach
    void makeModel() {
        model = TinyModel.in(folder);
        out = folder.resolve("grid.png");
    }

    @Test
    void draws_a_row_for_each_class_and_tells_where() throws IOException {
        Ran ran = diffuse("sample", model, "--steps", 2, "--count", 6, "--out", out);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).startsWith(out + ": 6 pictures in ").hasLineCount(1);
        assertThat(ImageIO.read(out.toFile()).getWidth()).isEqualTo(2 + 3 * (8 + 2));
        assertThat(ImageIO.read(out.toFile()).getHeight()).isEqualTo(2 + 2 * (8 + 2));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no such devices")
    void writes_through_a_device_and_follows_a_link() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "there is no /dev/full");
        Ran refused = diffuse("sample", model, "--steps", 1, "--count", 1, "--out", full, "--force");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains("/dev/full: cannot be written: the disk is full")
                .hasLineCount(1);
        assertThat(full).exists();
        assertThat(Files.isRegularFile(full)).isFalse();

        Path link = Files.createSymbolicLink(folder.resolve("link.png"), out);
        assertThat(diffuse("sample", model, "--steps", 1, "--count", 1, "--out", link)
                        .code())
                .isZero();
        assertThat(link).isSymbolicLink();
        assertThat(out).isRegularFile();
    }

    @Test
    void refuses_outputs_that_would_replace_each_other_or_are_called_what_they_are_not() {
        Path picture = folder.resolve("p");
        assertThat(diffuse("sample", model, "--steps", 1, "--out", picture, "--gif", folder.resolve("x/../p"))
                        .err())
                .contains("both --out and --gif would be written to it; choose two names")
                .hasLineCount(1);
        Path each = folder.resolve("each");
        assertThat(diffuse("sample", model, "--steps", 1, "--each", each, "--out", each.resolve("00000.png"))
                        .err())
                .contains("00000.png: has the name of one of the pictures of --each")
                .hasLineCount(1);
        Ran jpeg = diffuse("sample", model, "--steps", 1, "--out", folder.resolve("x.jpg"));
        assertThat(jpeg.code()).isEqualTo(2);
        assertThat(jpeg.err())
                .contains("x.jpg: what is written is PNG, not jpg; choose a name that ends in .png")
                .hasLineCount(1);
        assertThat(diffuse("sample", model, "--steps", 1, "--gif", folder.resolve("x.png"))
                        .err())
                .contains("what is written is GIF, not png");
        assertThat(folder).isDirectoryNotContaining("glob:**{x,p}*");
    }

    @Test
    void draws_the_same_bytes_from_the_same_seed_and_others_from_another() throws IOException {
        Path again = folder.resolve("again.png");
        Path other = folder.resolve("other.png");
        diffuse("sample", model, "--steps", 2, "--count", 4, "--seed", 7, "--out", out);
        diffuse("sample", model, "--steps", 2, "--count", 4, "--seed", 7, "--out", again);
        diffuse("sample", model, "--steps", 2, "--count", 4, "--seed", 8, "--out", other);
        assertThat(again).hasSameBinaryContentAs(out);
        assertThat(Files.readAllBytes(other)).isNotEqualTo(Files.readAllBytes(out));
    }

    @Test
    void draws_in_another_precision_and_says_so_and_how_to_draw_it_again() throws IOException {
        Path lower = folder.resolve("lower.png");
        diffuse("sample", model, "--steps", 2, "--count", 2, "--out", out);
        assertThat(diffuse("sample", model, "--steps", 2, "--count", 2, "--precision", "bf16", "--out", lower)
                        .code())
                .isZero();
        assertThat(diffuse("info", lower).out())
                .containsPattern("precision +bf16")
                .contains("--precision bf16 --out again.png");
        assertThat(diffuse("info", out).out())
                .containsPattern("precision +float32")
                .doesNotContain("--precision");
        Ran unknown = diffuse("sample", model, "--precision", "bf61", "--out", folder.resolve("x.png"));
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("there is no precision 'bf61'; did you mean 'bf16'?");
        assertThat(diffuse("sample", model, "--device", "gpu", "--out", folder.resolve("x.png"))
                        .err())
                .contains("there is no device 'gpu'; ");
    }

    @Test
    void draws_as_the_scheduler_file_of_another_library_says_but_for_what_is_said() {
        Path foreign = foreign(
                Map.of("_class_name", "EulerDiscreteScheduler", "timestep_spacing", "leading", "steps_offset", 1));
        diffuse("sample", foreign, "--count", 1, "--steps", 3, "--out", out);
        assertThat(diffuse("info", out).out())
                .containsPattern("sampler +EulerDiscreteScheduler")
                .containsPattern("spacing +leading\\+1");
        Path copy = folder.resolve("copy.png");
        assertThat(Ran.again(out, copy).code()).isZero();
        assertThat(copy).hasSameBinaryContentAs(out);

        diffuse("sample", foreign, "--count", 1, "--steps", 3, "--sampler", "ddim", "--out", out, "--force");
        assertThat(settings()).containsExactly("sampler ddim", "steps 3", "eta 0.0");
        assertThat(diffuse("info", out).out()).containsPattern("spacing +leading\\+1");
        assertThat(Ran.again(out, folder.resolve("copy2.png")).code()).isZero();
    }

    @Test
    void says_in_one_line_what_of_a_folder_is_passed_over_and_that_ddpm_needs_more_steps() {
        Path foreign = foreign(Map.of("_class_name", "DDPMScheduler", "prediction_typ", "v_prediction"));
        Ran ran = diffuse("sample", foreign, "--count", 1, "--out", out);
        assertThat(ran.code()).isZero();
        assertThat(ran.err().lines())
                .containsExactly(
                        "diffuse: " + foreign.resolve("scheduler/scheduler_config.json")
                                + ": passed over what is not known: prediction_typ (did you mean prediction_type?)",
                        "diffuse: the scheduler file says ddpm, for which 50 of 1000 steps are few:"
                                + " take --steps 1000, or --sampler ddim");
        assertThat(diffuse("sample", foreign, "--count", 1, "--steps", 3, "--out", out, "--force")
                        .err())
                .hasLineCount(1);
    }

    private Path foreign(Map<String, ?> scheduler) {
        Path foreign = TinyModel.withoutClasses(folder);
        Json.write(foreign.resolve("scheduler/scheduler_config.json"), scheduler);
        return foreign;
    }

    @ParameterizedTest
    @CsvSource({
        "heun, --eta, 0.5, ddim",
        "heun, --eta-rule, variance, ddim",
        "ddim, --variance, fixed-large, ddpm",
        "unipc, --variance, fixed-large, ddpm",
        "ddpm, --eta, 0.5, ddim"
    })
    void refuses_an_option_that_the_sampler_does_not_ask_for(String sampler, String option, String value, String by) {
        Ran ran = diffuse("sample", model, "--sampler", sampler, option, value, "--out", out);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err())
                .contains(option + " is for " + by + ", and the sampler is " + sampler + ": omit it, or add --sampler "
                        + by)
                .hasLineCount(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void draws_as_the_recipe_of_the_model_says_but_for_what_is_said() {
        Path card = model.resolve("diffusion4j.json");
        Map<String, Object> facts = new LinkedHashMap<>(Json.readObject(card));
        Map<String, Object> recipe = Map.of("sample", Map.of("sampler", "ddim", "steps", 3, "eta", 0.5));
        facts.put("training", Map.of("recipe", recipe));
        Json.write(card, facts);

        diffuse("sample", model, "--count", 1, "--out", out);
        assertThat(settings()).containsExactly("sampler ddim", "steps 3", "eta 0.5");
        diffuse("sample", model, "--count", 1, "--out", out, "--force", "--eta", 0.25);
        assertThat(settings()).containsExactly("sampler ddim", "steps 3", "eta 0.25");
        diffuse("sample", model, "--count", 1, "--out", out, "--force", "--sampler", "ddpm");
        assertThat(settings()).as("the recipe speaks of its own sampler").containsExactly("sampler ddpm", "steps 50");
    }

    private List<String> settings() {
        return diffuse("info", out)
                .out()
                .lines()
                .map(line -> line.replaceAll(" +", " "))
                .filter(line -> line.matches("(sampler|steps|eta) .*"))
                .toList();
    }

    @Test
    void writes_each_picture_and_an_animation() throws IOException {
        Path each = folder.resolve("each");
        Path gif = folder.resolve("film.gif");
        Ran ran =
                diffuse("sample", model, "--sampler", "ddpm", "--steps", 3, "--count", 3, "--each", each, "--gif", gif);
        assertThat(ran.err()).isEmpty();
        try (Stream<Path> files = Files.list(each)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("00000.png", "00001.png", "00002.png");
        }
        assertThat(Files.readString(gif, java.nio.charset.StandardCharsets.ISO_8859_1))
                .startsWith("GIF89a");
    }

    @Test
    void says_what_it_did_as_json() {
        Ran ran = diffuse("sample", model, "--steps", 2, "--count", 1, "--label", "dog", "--out", out, "--json");
        assertThat(ran.out())
                .startsWith("{")
                .contains("\"files\"", "grid.png", "\"seed\": 0", "\"labels\": [", "\"modelHash\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--steps 0         | 2 | steps must be at least 1, was 0",
                "--steps 1001      | 2 | 1001",
                "--eta -0.5        | 2 | eta must lie in [0, 1], was -0.5",
                "--eta-rule sigma  | 2 | there is no eta rule 'sigma'",
                "--sampler dddim   | 2 | there is no sampler 'dddim'",
                "--spacing leadng  | 2 | did you mean 'leading'?",
                "--count 0         | 2 | count must be at least 1, was 0",
                "--count ten       | 2 | 'ten' is not an int",
                "--label bat       | 2 | the model has no class 'bat'; did you mean 'cat'?",
                "--label 2         | 2 | the model has no class '2'",
            })
    void refuses_what_it_cannot_draw_in_one_line(String options, int code, String line) {
        Object[] words = Stream.concat(Stream.of("sample", model, "--out", out), Stream.of(options.split(" ")))
                .toArray();
        Ran ran = diffuse(words);
        assertThat(ran.code()).isEqualTo(code);
        assertThat(ran.err()).contains(line).hasLineCount(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void refuses_a_label_where_the_model_has_no_classes() {
        Ran ran = diffuse("sample", TinyModel.withoutClasses(folder), "--label", 0, "--out", out);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("the model has no classes").hasLineCount(1);
    }

    @Test
    void refuses_an_output_that_exists_and_replaces_it_by_force() throws IOException {
        Files.writeString(out, "precious");
        Ran refused = diffuse("sample", model, "--steps", 1, "--count", 1, "--out", out);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err())
                .contains(out + ": exists already; add --force")
                .hasLineCount(1);
        assertThat(out).hasContent("precious");

        assertThat(diffuse("sample", model, "--steps", 1, "--count", 1, "--out", out, "--force")
                        .code())
                .isZero();
        assertThat(ImageIO.read(out.toFile())).isNotNull();
    }

    @Test
    void refuses_an_output_that_cannot_be_written_before_it_looks_at_the_model() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Ran ran = diffuse("sample", "no-model", "--out", file.resolve("grid.png"));
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .contains(file.resolve("grid.png") + ": cannot be written: ")
                .hasLineCount(1);
    }

    @Test
    void refuses_what_is_no_model_folder() {
        Ran ran = diffuse("sample", folder, "--out", out);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .contains(folder + ": is not a model folder, it has no model_index.json")
                .hasLineCount(1);
    }

    @Test
    void refuses_weights_whose_header_lies() throws IOException {
        try (FileChannel file = FileChannel.open(weights(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1L << 40), 0);
        }
        refusesTheWeights("is this a safetensors file?");
    }

    @Test
    void refuses_weights_that_are_cut_short() throws IOException {
        try (FileChannel file = FileChannel.open(weights(), StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 1);
        }
        refusesTheWeights("is the file cut short?");
    }

    @Test
    void refuses_weights_without_one_of_the_tensors() throws IOException {
        change(tensors -> tensors.remove("conv_in.weight"));
        refusesTheWeights("conv_in.weight");
    }

    @Test
    void refuses_a_tensor_of_another_shape() throws IOException {
        change(tensors ->
                tensors.replaceAll((name, tensor) -> name.equals("conv_in.weight") ? tensor.flatten() : tensor));
        refusesTheWeights("conv_in.weight");
    }

    private Path weights() {
        return model.resolve("unet/diffusion_pytorch_model.safetensors");
    }

    private void change(Consumer<Map<String, Tensor>> change) throws IOException {
        Path changed = folder.resolve("changed");
        try (TensorFile file = Safetensors.open(weights())) {
            Map<String, Tensor> tensors = new LinkedHashMap<>(file.tensors());
            change.accept(tensors);
            Safetensors.write(changed, tensors, Map.of());
        }
        Files.move(changed, weights(), StandardCopyOption.REPLACE_EXISTING);
    }

    private void refusesTheWeights(String why) {
        Ran ran = diffuse("sample", model, "--steps", 1, "--count", 1, "--out", out);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains(weights().toString(), why).hasLineCount(1);
        assertThat(out).doesNotExist();
    }
}
