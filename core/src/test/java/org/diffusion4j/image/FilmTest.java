package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.sample.SampleListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A film")
class FilmTest {

    private static final int STILL = 20;

    @TempDir
    private Path folder;

    @Test
    void of_samples_by_class_with_unequal_and_unknown_numbers_of_steps_has_as_many_frames_for_all() throws IOException {
        Film film = new Film(Draw.of(4), 2);
        for (int sample = 0; sample < 4; sample++) {
            watch(film, sample, 1, 3 + sample, OptionalInt.empty());
        }
        assertThat(film.shown()).isEqualTo(4);
        assertThat(frames(film)).isEqualTo(6 + STILL);
    }

    @Test
    void of_a_draw_that_is_too_large_shows_its_first_samples_as_many_of_each_class() throws IOException {
        Film film = new Film(Draw.of(40), 3);
        watch(film, 0, 20, 1, OptionalInt.of(1), 512);
        watch(film, 20, 20, 1, OptionalInt.of(1), 512);
        assertThat(film.shown())
                .isEqualTo(18); // of 20.4 that 256 MiB hold in 50 frames of 512 × 512 and a few bytes more
        assertThat(frames(film)).isEqualTo(1 + STILL);
    }

    private static void watch(Film film, int first, int batch, int steps, OptionalInt known) {
        watch(film, first, batch, steps, known, 4);
    }

    private static void watch(Film film, int first, int batch, int steps, OptionalInt known, int side) {
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.zeros(batch, 1, side, side);
            for (int i = 0; i < steps; i++) {
                film.onStep(first, new SampleListener.Step(i, known, steps - i - 1, x, x));
            }
        }
    }

    private int frames(Film film) throws IOException {
        Path file = folder.resolve("film.gif");
        film.write(file);
        ImageReader reader = ImageIO.getImageReadersBySuffix("gif").next();
        try (var input = ImageIO.createImageInputStream(file.toFile())) {
            reader.setInput(input);
            return reader.getNumImages(true);
        } finally {
            reader.dispose();
        }
    }
}
