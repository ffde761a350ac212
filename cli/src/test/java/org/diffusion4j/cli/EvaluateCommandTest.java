package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.diffusion4j.cli.Ran.diffuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("diffuse evaluate")
class EvaluateCommandTest {

    @TempDir
    private Path folder;

    @Test
    void prints_the_bound_with_its_parts_and_ten_rows_of_times() {
        Path model = TinyModel.ofGlyphs(folder);
        Ran ran = diffuse("evaluate", model, "--metrics", "nll", "--data", "glyphs", "--count", 3, "--respacing", "20");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("split  test", "count  3", "prior, L_T", "the last, L_0", "  999 … 946 ", "  53 … 0 ")
                .containsPattern("(?m)^nll    [0-9.]+ ± [0-9.]+ bits/dim$");
        assertThat(ran.out().lines().filter(line -> line.contains(" … "))).hasSize(10);
    }

    @Test
    void prints_the_bits_of_the_ode_with_the_errors_of_images_and_probes() {
        Path model = TinyModel.ofGlyphs(folder);
        Object[] words = {
            "evaluate",
            model,
            "--metrics",
            "nll-ode",
            "--data",
            "glyphs",
            "--count",
            3,
            "--tolerance",
            "1e-2",
            "--probes",
            2
        };
        Ran ran = diffuse(words);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .containsPattern("(?m)^nll-ode [0-9.]+ ± [0-9.]+ bits/dim$")
                .containsPattern("(?m)^  of the 2 probes    ± [0-9.]+$")
                .containsPattern("(?m)^  network calls      [0-9]+, and as many gradients$");
    }

    @Test
    void says_the_same_whatever_the_batch_size_as_json_with_every_time() {
        Path model = TinyModel.ofGlyphs(folder);
        Object[] words = {
            "evaluate",
            model,
            "--metrics",
            "nll",
            "--data",
            "glyphs",
            "--split",
            "train",
            "--count",
            5,
            "--respacing",
            "4",
            "--json",
            "--batch-size"
        };
        String whole = diffuse(with(words, 8)).out();
        assertThat(whole).contains("\"nll\": {", "\"total\": ", "\"epsError\": ", "\"t\": 999", "\"t\": 333");
        assertThat(total(diffuse(with(words, 2)).out())).isCloseTo(total(whole), within(1e-4));
    }

    @Test
    void measures_and_draws_the_noise_of_gradients() {
        Path plot = folder.resolve("noise.svg");
        Object[] words = {
            "evaluate",
            TinyModel.ofGlyphs(folder),
            "--metrics",
            "gradient-noise",
            "--data",
            "glyphs",
            "--count",
            128,
            "--plot",
            plot
        };
        Ran ran = diffuse(words);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .contains("gradient-noise of 2 batches of 64", "L_vlb, uniform ", "L_vlb, loss-second-moment ")
                .doesNotContain("L_hybrid");
        assertThat(plot).content().startsWith("<svg ").contains("<polyline points=");
        assertThat(diffuse(words).err()).contains("noise.svg: exists already; add --force");
    }

    @Test
    void measures_samples_beside_real_pictures_and_goes_on_where_it_was() throws IOException {
        Path model = TinyModel.ofGlyphs(folder);
        Path card = folder.resolve("card.json");
        Object[] words = {
            "evaluate",
            model,
            "--data",
            "glyphs",
            "--count",
            20,
            "--sampler",
            "ddim",
            "--steps",
            2,
            "--cache",
            folder.resolve("cache"),
            "--card",
            card
        };
        Ran ran = diffuse(words);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .containsPattern("(?m)^fid +[0-9.]+   real pictures +[0-9.]+ ± [0-9.]+   [0-9.]+ times as far$")
                .contains(
                        "fewer samples than features: the FID is much too large",
                        "is std",
                        "kid",
                        "precision",
                        "recall",
                        "accuracy of class 9");
        assertThat(Files.readString(card))
                .contains(
                        "\"modelHash\"",
                        "\"dataHash\"",
                        "\"sampler\": \"ddim\"",
                        "mnist-classifier ",
                        "\"seconds\"",
                        "\"imagesPerSecond\"",
                        "\"timesFloor\"",
                        "\"classes\": \"as often as in the training images\"");
        Files.delete(card);
        assertThat(diffuse(words).out()).isEqualTo(ran.out());
    }

    @Test
    void measures_pictures_in_a_folder_without_a_model() {
        Path pictures = folder.resolve("pictures");
        assertThat(diffuse("sample", TinyModel.ofGlyphs(folder), "--count", 12, "--steps", 2, "--each", pictures)
                        .code())
                .isZero();
        Ran ran = diffuse(
                "evaluate",
                "--samples",
                pictures,
                "--data",
                "glyphs",
                "--metrics",
                "fid",
                "--cache",
                folder.resolve("c"));
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).contains("count  12", "fid ");

        Object[] both = {
            "evaluate",
            TinyModel.ofGlyphs(folder.resolve("m")),
            "--samples",
            pictures,
            "--data",
            "glyphs",
            "--metrics",
            "fid,nll",
            "--respacing",
            "2",
            "--cache",
            folder.resolve("c"),
            "--count",
            12
        };
        assertThat(diffuse(both).out()).contains("measured the pictures in " + pictures + " (fid), the model (nll)");
    }

    @Test
    void asks_what_is_measured_where_nothing_is_said() {
        Ran ran = diffuse("evaluate");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err())
                .isEqualToIgnoringNewLines(
                        "diffuse evaluate: what is measured? give a model folder, or --samples with a"
                                + " folder of pictures; see diffuse evaluate --help");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--data glyphs --metrics nil       | there is no metric 'nil'; did you mean",
                "--data glyphs --metrics nll-ode --tolerance 0 | --tolerance must lie between 0 and 1, was 0.0",
                "--data glyphs --metrics nll-ode --probes 0 | --probes must be at least 1, was 0",
                "--data glyphs --metrics nll --count 0 | count must be at least 1, was 0",
                "--data glyphs --split validation  | expected one of [TRAIN, TEST]",
                "--data glyphs --metrics nll --respacing 1,2,ddim | a respacing is written like 250, 10,15,20 or ddim25",
                "--data glyphs --metrics nll --variance learned | the model has not learned a variance",
                "--data glyphs --metrics nll --sampler heun | --sampler is for samples that a model draws, and none are drawn",
                "--data glyphs --sampler heun --eta 0.5 | --eta is for ddim, and the sampler is heun: omit it",
                "--metrics nll                     | which images? say --data",
            })
    void refuses_what_it_cannot_measure_in_one_line(String options, String line) {
        Object[] words = Stream.concat(
                        Stream.of("evaluate", TinyModel.ofGlyphs(folder)), Stream.of(options.split(" +")))
                .toArray();
        Ran ran = diffuse(words);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains(line).hasLineCount(1);
    }

    @Test
    void refuses_images_that_do_not_fit_the_model() {
        Ran ran = diffuse("evaluate", TinyModel.in(folder), "--data", "glyphs");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("only image files are resized").hasLineCount(1);
    }

    private static Object[] with(Object[] words, Object last) {
        return Stream.concat(Stream.of(words), Stream.of(last)).toArray();
    }

    private static double total(String json) {
        return Double.parseDouble(json.replaceAll("(?s).*\"total\": ([0-9.]+).*", "$1"));
    }
}
