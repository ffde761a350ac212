package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What one does with a model: the commands")
class EditingCommandsTest {

    private static final int CELL = 28 + 2;

    @TempDir
    private Path folder;

    private Path model;
    private Path out;

    @BeforeEach
    void makeModel() {
        model = TinyModel.ofGlyphs(folder);
        out = folder.resolve("made.png");
    }

    @Test
    void reconstruct_prints_an_error_for_each_number_of_steps_and_shows_each() throws IOException {
        Ran ran = run("reconstruct --data glyphs --pick 0-2 --steps 2,4");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .containsPattern("(?m)^steps   error")
                .containsPattern("(?m)^    2   \\d\\.\\d{6}$")
                .containsPattern("(?m)^    4   \\d\\.\\d{6}$")
                .contains(out + ": 6 pictures in ");
        assertThat(sizeOf(out)).containsExactly(2 + 3 * CELL, 2 + 3 * CELL);
    }

    @Test
    void interpolate_draws_rows_between_samples_and_between_pictures() throws IOException {
        assertThat(run("interpolate --steps 2 --rows 2 --columns 3").err()).isEmpty();
        assertThat(sizeOf(out)).containsExactly(2 + 3 * CELL, 2 + 2 * CELL);
        Ran ran = run("interpolate --steps 3 --columns 4 --data glyphs --pick 5,7 --label none --force");
        assertThat(ran.err()).isEmpty();
        assertThat(sizeOf(out)).containsExactly(2 + 4 * CELL, 2 + CELL);
    }

    @Test
    void inpaint_shows_what_was_given_what_is_kept_and_what_became_of_it() throws IOException {
        Ran ran = run("inpaint --data glyphs --pick 1,3 --mask top --variations 3 --steps 3 --jump 1 --resamplings 2");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).startsWith(out + ": 6 pictures in ").hasLineCount(1);
        assertThat(sizeOf(out)).containsExactly(2 + 5 * CELL, 2 + 2 * CELL);

        BufferedImage made = ImageIO.read(out.toFile());
        assertThat(cell(made, 1, 0, 14)).isEqualTo(cell(made, 0, 0, 14)).isEqualTo(cell(made, 2, 0, 14));
    }

    /** The lower rows of a cell. */
    private static int[] cell(BufferedImage made, int column, int row, int from) {
        return made.getRaster().getPixels(2 + column * CELL, 2 + row * CELL + from, 28, 28 - from, (int[]) null);
    }

    @Test
    void inpaint_takes_a_picture_as_its_mask_and_another_as_what_is_given() throws IOException {
        Path picture = folder.resolve("grey.png");
        Path mask = folder.resolve("mask.png");
        ImageIO.write(new BufferedImage(56, 56, BufferedImage.TYPE_BYTE_GRAY), "png", picture.toFile());
        ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", mask.toFile());
        Ran ran = diffuse(
                "inpaint", model, "--data", picture, "--mask-file", mask, "--label", 3, "--jump", 1, "--out", out);
        assertThat(ran.err()).contains("grey.png: 1 of 1 images were cropped to a square and resized to 28×28");

        BufferedImage made = ImageIO.read(out.toFile());
        assertThat(cell(made, 5, 0, 0)).isEqualTo(cell(made, 0, 0, 0)); // an all black mask keeps all
    }

    @Test
    void edit_draws_variations_of_every_picture() throws IOException {
        Ran ran = run("edit --data glyphs --split train --pick 2-4 --strength 0.4 --variations 2 --steps 5");
        assertThat(ran.err()).isEmpty();
        assertThat(sizeOf(out)).containsExactly(2 + 3 * CELL, 2 + 3 * CELL);
    }

    @Test
    void progressive_shows_the_way_of_each_sample() throws IOException {
        assertThat(run("progressive --steps 6 --count 2 --columns 4").err()).isEmpty();
        assertThat(sizeOf(out)).containsExactly(2 + 4 * CELL, 2 + 2 * CELL);
    }

    @Test
    void compress_prints_rates_that_rise_and_what_a_lossless_code_takes() {
        Path plot = folder.resolve("rate.svg");
        Ran ran = diffuse("compress", model, "--data", "glyphs", "--count", 2, "--respacing", 5, "--plot", plot);
        assertThat(ran.err()).isEmpty();
        assertThat(plot).content().contains("<svg", "rate (bits/dim)");
        List<Double> rates = ran.out()
                .lines()
                .skip(1)
                .map(line -> Double.valueOf(line.strip().split(" +")[1]))
                .toList();
        assertThat(rates).hasSize(6).isSorted();
        assertThat(diffuse("compress", model, "--data", "glyphs", "--count", 2, "--respacing", 5, "--json")
                        .out())
                .contains("\"points\": [", "\"distortion\": ", "\"lossless\": ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reconstruct --data glyphs --pick 0,2 --steps 3",
                "interpolate --steps 2 --rows 1 --columns 3 --seed 5 --label 2,none",
                "inpaint --data glyphs --pick 1 --mask left --steps 3 --sampler ddpm --resamplings 1",
                "edit --data glyphs --pick 0-1 --strength 0.5 --steps 4 --eta 0.5 --seed 3 --label 4",
                "progressive --steps 3 --count 1 --columns 2",
            })
    void info_prints_the_command_that_makes_the_picture_again(String command) {
        assertThat(run(command).code()).isZero();
        Path copy = folder.resolve("copy.png");
        assertThat(Ran.again(out, copy).err()).isEmpty();
        assertThat(copy).hasSameBinaryContentAs(out);
    }

    @Test
    void a_picture_and_its_model_may_move_together() throws IOException {
        run("progressive --steps 1 --count 1");
        Path moved = Files.createDirectory(folder.resolve("moved"));
        Files.move(out, moved.resolve("made.png"));
        Files.move(model, moved.resolve("digits"));
        assertThat(diffuse("info", moved.resolve("made.png")).out()).contains("progressive " + moved.resolve("digits"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "reconstruct --steps 5                              | which images? say --data",
                "reconstruct --data glyphs --steps 1                | encoding needs at least 2 timesteps, was 1",
                "reconstruct --data glyphs --pick 3-1               | '3-1' picks no pictures: 3 is after 1",
                "reconstruct --data glyphs --pick x                 | 'x' picks no pictures; write --pick as 3,8,10-15",
                "reconstruct --data glyphs --pick 99999999          | there is no image 99999999 in",
                "interpolate --columns 1                            | a row needs at least 2 columns, was 1",
                "interpolate --data glyphs --pick 0-2               | an even number is needed, not 3",
                "inpaint --data glyphs                              | what is drawn anew? give --mask PART or --mask-file FILE",
                "inpaint --data glyphs --mask lft                   | there is no mask 'lft'; did you mean 'left'?",
                "inpaint --data glyphs --mask left --jump 0         | a jump must have at least 1 step, was 0",
                "inpaint --data glyphs --mask left --resamplings 0  | each part must be walked at least once, was 0",
                "inpaint --data glyphs --mask left --variations 0   | variations must be at least 1, was 0",
                "edit --data glyphs --strength -1                   | the strength must lie in [0, 1], was -1.0",
                "edit --data glyphs --label ten                     | the model has no class 'ten'",
                "progressive --columns 1                            | a strip needs at least 2 columns, was 1",
            })
    void what_cannot_be_done_is_refused_in_one_line(String command, String line) {
        Ran ran = run(command);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains(line).hasLineCount(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void an_output_that_exists_is_kept_unless_forced() throws IOException {
        Files.writeString(out, "precious");
        Ran refused = run("progressive --steps 1 --count 1");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("exists already; add --force").hasLineCount(1);
        assertThat(out).hasContent("precious");
        assertThat(run("progressive --steps 1 --count 1 --force").code()).isZero();
    }

    @Test
    void pictures_without_labels_need_to_be_told_theirs() throws IOException {
        Path picture = folder.resolve("grey.png");
        ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", picture.toFile());
        Ran ran = diffuse("edit", model, "--data", picture, "--out", out);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err())
                .contains("no labels; say --label, which may be none")
                .hasLineCount(1);
    }

    private Ran run(String command) {
        String[] words = command.strip().split(" +");
        Stream<Object> before = Stream.of(words[0], model);
        Stream<Object> after = Stream.of("--out", out);
        return diffuse(Stream.concat(Stream.concat(before, Arrays.stream(words).skip(1)), after)
                .toArray());
    }

    private static int[] sizeOf(Path picture) throws IOException {
        BufferedImage image = ImageIO.read(picture.toFile());
        return new int[] {image.getWidth(), image.getHeight()};
    }
}
