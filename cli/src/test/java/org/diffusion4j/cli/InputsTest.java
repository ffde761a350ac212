package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.diffusion4j.io.Json;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("diffuse, given what people have")
class InputsTest {

    @TempDir
    private Path folder;

    @Test
    void takes_a_seed_of_64_bits_with_or_without_a_sign() throws IOException {
        Path model = TinyModel.withoutClasses(folder);
        Path signed = folder.resolve("signed");
        Path unsigned = folder.resolve("unsigned");
        draw(model, "--seed", "-1", "--each", signed);
        draw(model, "--seed", "18446744073709551615", "--each", unsigned);
        assertThat(ImageIO.read(unsigned.resolve("00000.png").toFile()).getRGB(3, 3))
                .isEqualTo(ImageIO.read(signed.resolve("00000.png").toFile()).getRGB(3, 3));
        Ran ran = diffuse("sample", model, "--seed", "18446744073709551616");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err())
                .contains("is not a seed, a whole number of at most 64 bits")
                .hasLineCount(1);
    }

    private static void draw(Path model, Object... more) {
        Object[] words = {"sample", model, "--count", 1, "--steps", 1};
        Ran ran = diffuse(Stream.concat(Stream.of(words), Stream.of(more)).toArray());
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void asks_which_model_and_which_option_were_meant() {
        assertThat(diffuse("sample", "mnis").err())
                .contains("did you mean 'mnist'")
                .hasLineCount(1);
        assertThat(diffuse("sample", "mnist", "--cuont", 3).err())
                .contains("did you mean --count?")
                .hasLineCount(1);
        assertThat(diffuse("sample", "mnist", "--cuont=3").err())
                .contains("did you mean --count?")
                .hasLineCount(1);
    }

    @Test
    void names_a_file_that_the_locale_cannot_write_in_one_line() {
        assertThat(diffuse("sample", "\0").err())
                .contains("cannot be the name of a file here", "LC_ALL=C.UTF-8")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({
        "unet, layers_per_block, 1000000000",
        "unet, sample_size, 100000",
        "scheduler, num_train_timesteps, 1000000000",
    })
    void refuses_absurd_figures_of_a_model_by_name(String part, String key, int value) {
        Path model = TinyModel.withoutClasses(folder);
        Path config = model.resolve(part).resolve(part.equals("unet") ? "config.json" : "scheduler_config.json");
        Map<String, Object> keys = new LinkedHashMap<>(Json.readObject(config));
        keys.put(key, value);
        Json.write(config, keys);
        Ran ran = diffuse("sample", model, "--count", 1, "--steps", 1);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .contains(config.toString(), key, "at most", "" + value)
                .hasLineCount(1);
    }

    @Test
    void refuses_a_batch_that_cannot_fit() {
        int most = Integer.MAX_VALUE;
        Ran ran = diffuse(
                "sample", TinyModel.withoutClasses(folder), "--count", most, "--batch-size", most, "--steps", 1);
        assertThat(ran.err())
                .contains("a batch of " + most + " with sample_size [8] needs at least", "--batch-size")
                .hasLineCount(1);
    }

    @Test
    void leaves_pictures_as_they_are_for_the_strength_zero_and_says_which_times_it_walks() throws IOException {
        Path model = TinyModel.withoutClasses(folder);
        Path data = pictures("data", 8, 8);
        Path out = folder.resolve("e.png");
        Ran ran = diffuse("edit", model, "--data", data, "--strength", 0, "--variations", 1, "--out", out);
        assertThat(ran.out()).contains("strength 0: the pictures as they are");
        BufferedImage rows = ImageIO.read(out.toFile());
        for (int y = 2; y < 10; y++) {
            for (int x = 2; x < 10; x++) {
                assertThat(rows.getRGB(x + 10, y)).isEqualTo(rows.getRGB(x, y));
            }
        }
        Object[] whole = {"edit", model, "--data", data, "--strength", 1, "--steps", 4, "--out", out, "--force"};
        assertThat(diffuse(whole).out()).contains("strength 1.0: 4 of 4 steps, from timestep 750 to 0");
    }

    @Test
    void measures_one_folder_against_another_of_other_sizes() throws IOException {
        Path samples = pictures("samples", 30, 28);
        Path data = pictures("data", 28, 28);
        Ran ran = diffuse(
                "evaluate", "--samples", samples, "--data", data, "--metrics", "fid", "--cache", folder.resolve("c"));
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.err()).contains(samples + ": 3 of 3 images were cropped to a square and resized to 28×28");
        assertThat(ran.out()).contains("split  train", "count  3", "fid");
    }

    @Test
    void learns_grey_files_with_one_channel() throws IOException {
        Path data = pictures("data", 8, 8);
        Path recipe = Files.writeString(folder.resolve("tiny.json"), """
                {
                  "data": { "validation": 1 },
                  "model": {
                    "sampleSize": 8, "inChannels": 1, "outChannels": 1, "blockOutChannels": [8], "layersPerBlock": 1,
                    "downBlockTypes": ["DownBlock2D"], "upBlockTypes": ["UpBlock2D"], "normNumGroups": 2,
                    "addAttention": false
                  },
                  "train": { "steps": 1, "batchSize": 2, "warmupSteps": 0, "sampleCount": 0 }
                }
                """);
        Ran ran = diffuse("train", recipe, "--data", data, "--out", folder.resolve("run"));
        assertThat(ran.code()).as(ran.err()).isZero();
        Ran larger =
                diffuse("train", recipe, "--data", pictures("larger", 9, 9), "--out", folder.resolve("x"), "--size", 8);
        assertThat(larger.code()).as(larger.err()).isZero();
    }

    /** Three grey pictures. */
    private Path pictures(String name, int width, int height) throws IOException {
        Path data = Files.createDirectories(folder.resolve(name));
        for (int i = 0; i < 3; i++) {
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i, 2 * i, 0xffffff);
            ImageIO.write(image, "png", data.resolve(i + ".png").toFile());
        }
        return data;
    }
}
