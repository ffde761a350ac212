package org.diffusion4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.SampleSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The examples of the README")
class ReadmeExamplesTest {

    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    private static final Predicate<String> IMPORT = line -> line.startsWith("import ");

    @TempDir
    private Path folder;

    @Test
    void train_on_an_array_of_images_then_load_the_model_and_draw() {
        ImageDataset glyphs = Glyphs.draw(50, 0);
        byte[][] images = new byte[50][28 * 28];
        int[] labels = new int[50];
        for (int i = 0; i < images.length; i++) {
            glyphs.copy(i, java.nio.ByteBuffer.wrap(images[i]));
            labels[i] = glyphs.label(i);
        }

        train(images, labels, 3);
        List<BufferedImage> pictures = draw(folder.resolve("run/model"));

        assertThat(pictures).hasSize(16).allMatch(picture -> picture.getWidth() == 28 && picture.getHeight() == 28);
    }

    private void train(byte[][] images, int[] labels, int steps) {
        Path run = folder.resolve("run");
        List<BufferedImage> threes;
        // region: train
        ImageDataset data = InMemoryImages.ofBytes(List.of(images), 1, 28, 28)
                .withLabels(labels, List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
        ImageRecipe recipe = Diffusion.recipeFor(data, steps);
        try (DiffusionModel model = Diffusion.train(recipe, data, run)) {
            threes = model.draw(Draw.of(9).withLabels(3));
        }
        // end
        assertThat(threes).hasSize(9);
    }

    @Test
    void draw_a_digit_of_each_kind_from_a_model_that_is_there() {
        List<BufferedImage> digits;
        // region: shipped
        try (DiffusionModel model = Diffusion.load(ShippedModel.MNIST)) {
            digits = model.draw(Draw.of(10));
        }
        // end
        assertThat(digits).hasSize(10);
    }

    @Test
    void change_a_recipe_and_draw_by_another_scheduler() {
        ImageRecipe recipe = Diffusion.recipeFor(Glyphs.draw(10, 0), 100);
        try (DiffusionModel model = Diffusion.load(ShippedModel.MNIST)) {
            List<BufferedImage> pictures;
            // region: scheduler
            ImageRecipe smaller = recipe.withPrediction(Prediction.EPS)
                    .withTrain(recipe.train().withBatchSize(32).withLearningRate(5e-4));
            SchedulerConfig unipc = model.scheduler().asClass("UniPCMultistepScheduler");
            try (DiffusionModel other = model.with(unipc)) {
                pictures = other.draw(Draw.of(16).with(unipc.settings(10)));
            }
            // end
            assertThat(pictures).hasSize(16);
            assertThat(smaller)
                    .isEqualTo(recipe.with("prediction=eps", "train.batchSize=32", "train.learningRate=5e-4"));
        }
    }

    private static List<BufferedImage> draw(Path folder) {
        List<BufferedImage> pictures;
        // region: draw
        try (DiffusionModel model = Diffusion.load(folder)) {
            pictures = model.draw(Draw.of(16).withSeed(7).with(SampleSettings.ddim(20)));
        }
        // end
        return pictures;
    }

    @ParameterizedTest
    @ValueSource(strings = {"../README.md", "../README.zh.md"})
    void stand_here_word_for_word(String readme) throws IOException {
        String here = withoutIndent(Files.readString(Path.of("src/test/java/org/diffusion4j/ReadmeExamplesTest.java")));
        List<String> shown = JAVA.matcher(Files.readString(Path.of(readme)))
                .results()
                .map(block -> withoutIndent(block.group(1)))
                .toList();
        assertThat(shown).hasSize(4).allSatisfy(block -> {
            assertThat(block.lines().filter(IMPORT)).isNotEmpty().allSatisfy(ReadmeExamplesTest::names_a_class);
            assertThat(here).contains(block.replaceFirst("^(import .*\n)+\n", ""));
        });
        List<String> needed = here.lines()
                .filter(IMPORT)
                .filter(line -> line.contains(" org.diffusion4j.") && !line.contains("Glyphs"))
                .toList();
        assertThat(String.join("\n", shown).lines()).containsAll(needed).contains("import org.diffusion4j.Diffusion;");
    }

    private static void names_a_class(String line) throws ClassNotFoundException {
        Class.forName(line.replaceAll("import |;", ""));
    }

    private static String withoutIndent(String text) {
        return text.replaceAll("(?m)^ +", "");
    }
}
