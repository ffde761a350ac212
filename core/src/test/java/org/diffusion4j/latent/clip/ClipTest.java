package org.diffusion4j.latent.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.diffusion4j.io.Safetensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("CLIP")
class ClipTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        TinyClip.write(folder);
    }

    private Path picture(String name, Color colour) throws IOException {
        BufferedImage image = new BufferedImage(12, 9, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 12 * 9; i++) {
            image.setRGB(i % 12, i / 12, colour.getRGB());
        }
        Path file = folder.resolve(name);
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    @Test
    void gives_features_of_unit_length_for_texts_and_pictures() throws IOException {
        try (Clip clip = Clip.load(folder)) {
            float[] text = clip.text("cat");
            float[] red = clip.picture(picture("red.png", Color.RED));
            float[] blue = clip.picture(picture("blue.png", Color.BLUE));
            assertThat(Clip.score(text, text)).isCloseTo(100, within(1e-4)); // float32
            assertThat(Clip.score(red, red)).isCloseTo(100, within(1e-4));
            assertThat(Clip.score(red, blue)).isLessThan(99.9);
            assertThat(Clip.score(text, red)).isBetween(-100.0, 100.0).isNotEqualTo(Clip.score(text, blue));
            assertThat(clip.text("dog")).isNotEqualTo(text);
        }
    }

    @Test
    void says_which_file_is_missing_or_wrong() throws IOException {
        Path preprocessor = folder.resolve("preprocessor_config.json");
        Files.writeString(preprocessor, "{\"crop_size\": {\"height\": 9, \"width\": 9}}");
        assertThatThrownBy(() -> Clip.load(folder))
                .hasMessage(preprocessor + ": crop_size is 9, but the vision tower sees pictures of 8");
        Files.writeString(preprocessor, "{\"resample\": 2}");
        assertThatThrownBy(() -> Clip.load(folder)).hasMessage(preprocessor + ": 'resample' is 2; only 3 is supported");
        Files.delete(preprocessor);
        Files.delete(folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> Clip.load(folder))
                .hasMessageContaining("has neither model.safetensors nor pytorch_model.bin");
        try (PointerScope scope = new PointerScope()) {
            Safetensors.write(folder.resolve("model.safetensors"), Map.of(), Map.of());
        }
        assertThatThrownBy(() -> Clip.load(folder)).hasMessageContaining("is missing");
        Files.writeString(folder.resolve("config.json"), "{\"hidden_size\": 8}");
        assertThatThrownBy(() -> Clip.load(folder)).hasMessageContaining("has no 'text_config'");
    }

    @Test
    void refuses_a_file_that_is_no_picture() throws IOException {
        Path text = Files.writeString(folder.resolve("a.png"), "no picture");
        try (Clip clip = Clip.load(folder)) {
            assertThatThrownBy(() -> clip.picture(text)).hasMessageContaining("a.png: cannot be read as PNG");
        }
        assertThatThrownBy(() -> Clip.score(new float[2], new float[3]))
                .hasMessage("features of 2 and 3 numbers are not of the same CLIP");
    }
}
