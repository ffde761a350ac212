package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The models of words and of texts that come with the program")
class ShippedModelsTest {

    @TempDir
    private Path folder;

    @Test
    void draws_a_heart_in_the_colour_that_is_asked_for() throws IOException {
        for (int channel = 0; channel < 3; channel++) { // red, green, blue
            String colour = List.of("red", "green", "blue").get(channel);
            Path file = folder.resolve(colour + ".png");
            Ran ran = diffuse("sample", "emoji", "--prompt", colour + " heart", "--count", 4, "--out", file);
            assertThat(ran.err()).isEmpty();
            double[] sums = sums(ImageIO.read(file.toFile()));
            for (int other = 0; other < 3; other++) {
                assertThat(sums[channel]).as(colour).isGreaterThanOrEqualTo(sums[other]);
            }
        }
    }

    @Test
    void writes_of_the_food_that_is_asked_for() {
        Ran ran = diffuse("write", "e2e", "--control", "food=Italian", "--count", 8);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out().lines())
                .filteredOn(line -> line.contains("Italian"))
                .hasSizeGreaterThan(4);
        assertThat(diffuse("write", "e2e", "--length", 12, "--count", 3).out().lines())
                .allSatisfy(line -> assertThat(line.split(" ")).hasSize(12));
    }

    @Test
    void goes_on_from_a_line_of_a_poem_in_several_ways() {
        Ran ran = diffuse("write", "tang", "--prefix", "床前明月光,", "--count", 5);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out().lines().distinct())
                .hasSize(5)
                .allSatisfy(line -> assertThat(line).startsWith("床前明月光,"));
        assertThat(diffuse("write", "tang", "--count", 20).out().lines())
                .filteredOn(line -> line.matches("\\p{IsHan}{5},\\p{IsHan}{5}。"))
                .hasSizeGreaterThan(17);
        assertThat(diffuse("write", "tang", "--prefix", "今天天气很", "--count", 3)
                        .out()
                        .lines())
                .allSatisfy(line -> assertThat(line).startsWith("今天天气很"));
    }

    private static double[] sums(BufferedImage image) {
        double[] sums = new double[3];
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                for (int channel = 0; channel < 3; channel++) {
                    sums[channel] += image.getRGB(x, y) >> 8 * (2 - channel) & 0xff;
                }
            }
        }
        return sums;
    }
}
