package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.diffusion4j.engine.FormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("PNG")
class PngTest {

    @TempDir
    Path folder;

    @Test
    void keeps_every_gray_level() throws IOException {
        BufferedImage levels = new BufferedImage(256, 2, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 256; x++) {
            levels.getRaster().setSample(x, 1, 0, x);
        }
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(Png.encode(levels, Map.of())));
        assertThat(read.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
        assertThat(samples(read)).isEqualTo(samples(levels));
    }

    @Test
    void keeps_every_colour() throws IOException {
        BufferedImage colours = new BufferedImage(3, 1, BufferedImage.TYPE_INT_RGB);
        colours.setRGB(0, 0, 0xff0102);
        colours.setRGB(1, 0, 0x03fe04);
        colours.setRGB(2, 0, 0x0506fd);
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(Png.encode(colours, Map.of())));
        assertThat(samples(read)).containsExactly(0xff, 1, 2, 3, 0xfe, 4, 5, 6, 0xfd);
    }

    @Test
    void carries_text_in_any_language() {
        Map<String, String> text = Map.of("sampler", "ddim, eta = 0", "note", "用扩散模型画的数字\n", "empty", "");
        Png.write(folder.resolve("a.png"), dot(), text);
        assertThat(PngText.read(folder.resolve("a.png"))).isEqualTo(text);
    }

    @Test
    void is_the_same_bytes_whatever_the_order_of_the_text() {
        assertThat(Png.encode(dot(), Map.of("b", "2", "a", "1", "c", "3")))
                .isEqualTo(Png.encode(dot(), Map.of("c", "3", "b", "2", "a", "1")));
    }

    @Test
    void refuses_a_keyword_that_the_format_does_not_allow() {
        for (String keyword : List.of("", " a", "a ", "ключ", "a\0b", "x".repeat(80))) {
            assertThatThrownBy(() -> Png.encode(dot(), Map.of(keyword, "text")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("'" + keyword
                            + "' cannot be a keyword of PNG text: 1 to 79 printable ASCII characters are needed");
        }
    }

    /** Written by Pillow 12.3: tEXt "latin", zTXt "packed", iTXt "中" compressed under the keyword "note". */
    @Test
    void text_of_other_writers_is_read_compressed_or_not() throws IOException {
        Path file =
                Files.write(folder.resolve("pillow.png"), Base64.getDecoder().decode(PILLOW));
        assertThat(PngText.read(file)).isEqualTo(Map.of("latin", "é", "packed", "a".repeat(100), "note", "中中中"));
    }

    @Test
    void text_of_a_file_that_is_no_png_or_is_damaged_is_refused() throws IOException {
        byte[] whole = Png.encode(dot(), Map.of("sampler", "ddim"));
        assertRefused(new byte[0], "is not a PNG file");
        assertRefused("GIF89a.......".getBytes(StandardCharsets.US_ASCII), "is not a PNG file");
        byte[] flipped = whole.clone();
        flipped[50] ^= 1;
        assertRefused(flipped, "is damaged: its chunk tEXt does not fit its checksum");
        for (int length = Long.BYTES; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length), "is cut short");
        }
    }

    private void assertRefused(byte[] bytes, String message) throws IOException {
        Path bad = Files.write(folder.resolve("bad.png"), bytes);
        assertThatThrownBy(() -> PngText.read(bad))
                .isInstanceOf(FormatException.class)
                .hasMessage(bad + ": " + message);
    }

    private static BufferedImage dot() {
        return new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    }

    private static int[] samples(BufferedImage image) {
        return image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
    }

    private static final String PILLOW =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAAB3RFWHRsYXRpbgDp4iKYYwAAABR6VFh0cGFja2VkAA"
                    + "B4nEtMpD0AAHpHJeXZqIGLAAAAHGlUWHRub3RlAAEAemgA5rOoAHice7Jj7RMwAgAi9QbckCkYOAAAAApJREFUeJxj"
                    + "YAAAAAIAAUivpHEAAAAASUVORK5CYII=";
}
