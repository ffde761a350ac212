package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse sample with guidance")
class GuidanceCommandTest {

    @TempDir
    private Path folder;

    @Test
    void rescales_and_limits_it_and_draws_the_picture_again() throws IOException {
        Path picture = folder.resolve("limited.png");
        assertThat(drawn("mnist", picture, "--guidance", 3, "--rescale", 0.7, "--guidance-interval", "0.3,5")
                        .err())
                .isEmpty();
        assertThat(diffuse("info", picture).out())
                .containsPattern("rescale +0.7")
                .containsPattern("guidanceInterval +0.3,5.0");
        requireAgain(picture);
        for (List<Object> others : List.<List<Object>>of(
                List.of("--guidance", 3),
                List.of("--guidance", 3, "--rescale", 0.7),
                List.of("--guidance", 3, "--guidance-interval", "0.3,5"))) {
            Path other = folder.resolve("other" + others.size() + others.hashCode() + ".png");
            assertThat(drawn("mnist", other, others.toArray()).code()).isZero();
            assertThat(pixels(other)).isNotEqualTo(pixels(picture));
        }
    }

    private static int[] pixels(Path picture) throws IOException {
        BufferedImage image = ImageIO.read(picture.toFile());
        return image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
    }

    @Test
    void comes_from_a_worse_model_also_without_classes() throws IOException {
        Path model = TinyModel.withoutClasses(folder);
        Path worse = TinyModel.withoutClasses(Files.createDirectory(folder.resolve("worse")));
        Path picture = folder.resolve("guided.png");
        assertThat(drawn(model, picture, "--guidance", 2, "--guide", worse).err())
                .isEmpty();
        assertThat(diffuse("info", picture).out()).contains(" --guide " + worse);
        requireAgain(picture);
    }

    @Test
    void refuses_what_cannot_be_in_one_line() {
        Path model = TinyModel.withoutClasses(folder);
        Path digits = TinyModel.ofGlyphs(folder);
        assertRefused(model, "rescale must lie in [0, 1], was 1.5", "--guidance", 2, "--rescale", 1.5);
        assertRefused(model, "there is no guidance to rescale", "--rescale", 0.5);
        assertRefused(model, "with 0 <= LOW < HIGH, was 5.0,0.3", "--guidance", 2, "--guidance-interval", "5,0.3");
        assertRefused(model, "must be LOW,HIGH, such as 0.3,5, was '5'", "--guidance", 2, "--guidance-interval", "5");
        assertRefused(model, "guidance 2.0 is for a model that was trained with and without labels", "--guidance", 2);
        assertRefused(model, "a guide changes nothing at guidance 1", "--guide", model);
        assertRefused(model, "the guide draws pictures of size [28]", "--guidance", 2, "--guide", digits);
        assertRefused(model, "--classifier and --guide each steer", "--guide", model, "--classifier", model);
    }

    private void assertRefused(Path model, String message, Object... options) {
        Path none = folder.resolve("none.png");
        assertThat(drawn(model, none, options).err()).contains(message).hasLineCount(1);
        assertThat(none).doesNotExist();
    }

    private static Ran drawn(Object model, Path picture, Object... options) {
        List<Object> words = new ArrayList<>(List.of("sample", model, "--count", 2, "--steps", 2, "--out", picture));
        words.addAll(List.of(options));
        return diffuse(words.toArray());
    }

    private void requireAgain(Path picture) throws IOException {
        Path copy = folder.resolve("copy.png");
        assertThat(Ran.again(picture, copy).code()).isZero();
        assertThat(Files.readAllBytes(copy)).isEqualTo(Files.readAllBytes(picture));
    }
}
