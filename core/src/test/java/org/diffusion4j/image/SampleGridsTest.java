package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.diffusion4j.Training;
import org.diffusion4j.train.Tiny;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The grids of a training")
class SampleGridsTest {

    private static final int TILE = 4 + 2; // a picture and its padding

    @TempDir
    Path temp;

    @Test
    void come_as_often_as_the_recipe_says_with_a_row_for_each_class() throws IOException {
        assertThat(grids("train.sampleEvery=4")).containsExactly("step-4: 8 x 2", "step-6: 8 x 2");
    }

    @Test
    void show_as_many_samples_as_the_recipe_says() throws IOException {
        assertThat(grids("train.sampleCount=5", "train.sampleEvery=0")).containsExactly("step-6: 3 x 2");
    }

    @Test
    void are_not_drawn_where_the_recipe_wants_none() throws IOException {
        assertThat(grids("train.sampleCount=0")).isEmpty();
    }

    /** Step, columns and rows of each grid of a training. */
    private List<String> grids(String... changes) throws IOException {
        Path run = temp.resolve("run");
        try (Training training =
                Training.begin(Tiny.recipe(changes).with("data.validation=8"), Tiny.images(24), run, false)) {
            training.run(TrainListener.NONE);
        }
        if (!Files.exists(run.resolve("samples"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(run.resolve("samples"))) {
            return files.sorted().map(SampleGridsTest::described).toList();
        }
    }

    private static String described(Path file) {
        try {
            BufferedImage grid = ImageIO.read(file.toFile());
            String step = file.getFileName().toString().replace(".png", "");
            return step + ": " + grid.getWidth() / TILE + " x " + grid.getHeight() / TILE;
        } catch (IOException e) {
            throw new AssertionError(file.toString(), e);
        }
    }
}
