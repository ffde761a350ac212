package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.PngText;
import org.diffusion4j.latent.GenerationParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("diffuse sample, of a model that draws from words")
class WordsCommandTest {

    private static final Path MODEL = Path.of("../core/src/test/resources/golden/folders/tiny_stable_diffusion");

    @TempDir
    private Path folder;

    private Path out;

    @BeforeEach
    void name() {
        out = folder.resolve("out.png");
    }

    @Test
    void adds_a_lora_to_the_weights_and_refuses_one_of_another_base_before_it_draws() throws IOException {
        Path plain = folder.resolve("plain.png");
        String[] asked = {
            "sample", MODEL.toString(), "--prompt", "a cat", "--steps", "2", "--seed", "1", "--precision", "float32"
        };
        assertThat(diffuse(with(asked, "--out", plain)).code()).isZero();
        Path files = Path.of("../core/src/test/resources/golden/lora/files");
        Ran ran =
                diffuse(with(asked, "--lora", files.resolve("peft_metadata_alpha.safetensors") + ":0.8", "--out", out));
        assertThat(ran.err()).isEmpty();
        assertThat(Files.readAllBytes(out)).isNotEqualTo(Files.readAllBytes(plain));
        assertThat(diffuse("info", out).out()).contains("peft_metadata_alpha.safetensors:0.8");
        Ran other = diffuse(
                with(asked, "--lora", files.resolve("kohya_sdxl.safetensors"), "--out", folder.resolve("no.png")));
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("does not fit this model").hasLineCount(1);
        Ran missing = diffuse(with(asked, "--lora", "none.safetensors:2", "--out", folder.resolve("no.png")));
        assertThat(missing.err())
                .contains("--lora none.safetensors: there is no file of that name")
                .hasLineCount(1);
        assertThat(folder.resolve("no.png")).doesNotExist();
    }

    private static Object[] with(String[] asked, Object... more) {
        return Stream.concat(Arrays.stream(asked), Arrays.stream(more)).toArray();
    }

    @Test
    void draws_a_picture_for_each_seed_that_says_how_it_was_made_here_and_in_web_uis() throws IOException {
        Path each = folder.resolve("each");
        Ran ran = diffuse(
                "sample",
                MODEL,
                "--prompt",
                "a (red:1.2) cat",
                "--negative",
                "dog",
                "--steps",
                2,
                "--sampler",
                "dpm++-2m",
                "--sigmas",
                "karras",
                "--guidance",
                7.5,
                "--rescale",
                0.5,
                "--size",
                "32x16",
                "--seed",
                "1-3",
                "--clip-skip",
                1,
                "--out",
                out,
                "--each",
                each,
                "--precision",
                "float32");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).startsWith(out + ", " + each + ": 3 pictures in ");
        BufferedImage second = ImageIO.read(each.resolve("00001.png").toFile());
        assertThat(List.of(second.getWidth(), second.getHeight())).containsExactly(32, 16);
        Map<String, String> text = PngText.read(each.resolve("00001.png"));
        GenerationParameters said = GenerationParameters.parse(text.get("parameters"));
        assertThat(said.prompt()).isEqualTo("a (red:1.2) cat");
        assertThat(said.negative()).isEqualTo("dog");
        assertThat(said.fields())
                .containsEntry("Steps", "2")
                .containsEntry("Seed", "2")
                .containsEntry("Size", "32x16")
                .containsEntry("CFG scale", "7.5")
                .containsEntry("Clip skip", "2");
        Ran info = diffuse("info", out);
        assertThat(info.out())
                .contains("--prompt 'a (red:1.2) cat' --negative dog")
                .contains("--seed 1-3");

        Path alone = folder.resolve("alone.png");
        diffuse(
                "sample",
                MODEL,
                "--prompt",
                "a (red:1.2) cat",
                "--negative",
                "dog",
                "--steps",
                2,
                "--sampler",
                "dpm++-2m",
                "--sigmas",
                "karras",
                "--guidance",
                7.5,
                "--rescale",
                0.5,
                "--size",
                "32x16",
                "--seed",
                2,
                "--clip-skip",
                1,
                "--out",
                alone,
                "--precision",
                "float32");
        assertThat(largestDifference(ImageIO.read(alone.toFile()), second))
                .isLessThanOrEqualTo(1); // of 255, by rounding
    }

    @Test
    void begins_with_a_picture_and_says_which_timesteps_are_left_and_what_was_resized() throws IOException {
        Path picture = folder.resolve("given.png");
        BufferedImage given = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
        given.setRGB(3, 4, 0xffffff);
        ImageIO.write(given, "png", picture.toFile());
        Ran ran = diffuse(
                "sample",
                MODEL,
                "--prompt",
                "",
                "--init-image",
                picture,
                "--mask",
                picture,
                "--strength",
                0.5,
                "--steps",
                4,
                "--sampler",
                "DDIMScheduler",
                "--paste-original",
                "--out",
                out);
        assertThat(ran.code()).isZero();
        assertThat(ran.err())
                .contains("strength 0.5 leaves 2 of 4 steps, at the timesteps 251, 1")
                .contains("given.png: is 24x16, and is cut and resized to 16x16");
        assertThat(ImageIO.read(out.toFile()).getWidth()).isEqualTo(16);
    }

    @Test
    void shows_what_the_folder_holds() {
        Ran ran = diffuse("info", MODEL, "--json");
        Map<String, Object> facts = Json.parseObject(ran.out(), "info");
        assertThat(facts)
                .containsEntry("pipeline", "StableDiffusionPipeline")
                .containsKeys("parts", "parameters", "network", "scheduler", "hash");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--count 2                        | the model draws from words: say with --prompt what to draw",
                "--prompt a --size 17x16          | width 17 does not divide by 2, as the autoencoder needs; the nearest that do are 16 and 18",
                "--prompt a --size 512            | --size must be WIDTHxHEIGHT in pixels, such as 512x768, was '512'",
                "--prompt a --seed 1-2 --count 2  | --seed 1-2 says how many pictures: omit --count",
                "--prompt a --seed one            | --seed 'one' is not a seed such as 7, nor seeds such as 1-4",
                "--prompt a --strength 0.5        | --strength is for --init-image: add it, or omit --strength",
                "--prompt a --label 3             | the model has no classes; say with --prompt what to draw",
                "--prompt a --clip-skip 2         | clip-skip 2 leaves none of the text encoder's 2 layers",
                "--prompt a --init-image none.png | none.png",
                "--prompt a --tile 7              | tile 7 does not divide by 2",
            })
    void refuses_in_one_line_what_it_cannot_draw(String options, String message) {
        List<Object> words = new ArrayList<>(List.of("sample", MODEL, "--out", out));
        words.addAll(List.of(options.split(" ")));
        Ran ran = diffuse(words.toArray());
        assertThat(ran.code()).isNotZero();
        assertThat(ran.err()).contains(message).hasLineCount(1);
        assertThat(Files.exists(out)).isFalse();
    }

    @Test
    void draws_with_a_checkpoint_of_one_file_what_the_folder_draws_and_in_tiles() throws IOException {
        Path file = Path.of("../core/src/test/resources/golden/single_file/files/tiny_sd_v1.safetensors");
        String[] asked = {"--prompt", "a cat", "--steps", "2", "--precision", "float32", "--tile", "8"};
        Path ofFolder = folder.resolve("folder.png");
        assertThat(diffuse(with(new String[] {"sample", MODEL.toString(), "--out", ofFolder.toString()}, (Object[])
                                asked))
                        .code())
                .isZero();
        Ran ran = diffuse(with(
                new String[] {"sample", file.toString(), "--model-config", MODEL.toString(), "--out", out.toString()},
                (Object[]) asked));
        assertThat(ran.err()).isEmpty();
        assertThat(largestDifference(ImageIO.read(ofFolder.toFile()), ImageIO.read(out.toFile())))
                .isZero();
        assertThat(diffuse("info", out).out()).contains("tiny_sd_v1.safetensors", "--model-config", "--tile 8");
        assertThat(diffuse("info", file).out()).contains("StableDiffusionPipeline", "PNDMScheduler");
        assertThat(diffuse("sample", file, "--prompt", "a", "--prediction", "x0", "--out", out, "--force")
                        .err())
                .contains("Stable Diffusion predicts eps or v, not x0")
                .hasLineCount(1);
        assertThat(diffuse("sample", MODEL, "--prompt", "a", "--prediction", "v", "--out", out, "--force")
                        .err())
                .contains("omit --model-config and --prediction")
                .hasLineCount(1);
    }

    @Test
    void refuses_words_for_a_model_of_pixels() {
        Ran ran = diffuse("sample", TinyModel.in(folder), "--prompt", "a cat", "--out", out);
        assertThat(ran.err())
                .contains("--prompt is for models that draw from words, and this one does not: omit it")
                .hasLineCount(1);
        assertThat(diffuse("sample", TinyModel.in(folder.resolve("b")), "--seed", "1-4", "--out", out)
                        .err())
                .contains("--seed 1-4 is for models that draw from words");
    }

    private static int largestDifference(BufferedImage a, BufferedImage b) {
        int largest = 0;
        for (int y = 0; y < a.getHeight(); y++) {
            for (int x = 0; x < a.getWidth(); x++) {
                for (int shift = 0; shift <= 16; shift += 8) {
                    int difference = (a.getRGB(x, y) >> shift & 255) - (b.getRGB(x, y) >> shift & 255);
                    largest = Math.max(largest, Math.abs(difference));
                }
            }
        }
        return largest;
    }
}
