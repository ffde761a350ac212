package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("GIF")
class GifTest {

    @TempDir
    Path folder;

    @Test
    void keeps_every_gray_level_of_every_frame() throws IOException {
        Path file = folder.resolve("a.gif");
        Gif.write(file, List.of(ramp(0), ramp(7)), 10);
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            reader.setInput(in);
            assertThat(reader.getNumImages(true)).isEqualTo(2);
            for (int x = 0; x < 256; x++) {
                int level = (x + 7) % 256;
                assertThat(reader.read(1).getRGB(x, 0) & 0xffffff).isEqualTo(level * 0x010101);
            }
        } finally {
            reader.dispose();
        }
    }

    @Test
    void shows_each_frame_for_the_delay_and_repeats_for_ever() throws IOException {
        Path file = folder.resolve("a.gif");
        Gif.write(file, List.of(ramp(0)), 0x1234);
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(bytes).startsWith("GIF89a").contains("NETSCAPE2.0\3\1\0\0\0", "!\u00f9\4\0" + "4\22\0\0");
    }

    @Test
    void is_the_same_bytes_for_the_same_frames() throws IOException {
        BufferedImage colours = new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB);
        colours.setRGB(3, 4, 0x123456);
        Gif.write(folder.resolve("a.gif"), List.of(colours, colours), 5);
        Gif.write(folder.resolve("b.gif"), List.of(colours, colours), 5);
        assertThat(folder.resolve("a.gif")).hasSameBinaryContentAs(folder.resolve("b.gif"));
        assertThat(ImageIO.read(folder.resolve("a.gif").toFile()).getRGB(3, 4)).isEqualTo(0xff123456);
    }

    @Test
    void refuses_no_frames_and_a_delay_that_the_format_cannot_hold() {
        assertThatThrownBy(() -> Gif.write(folder.resolve("a.gif"), List.of(), 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a GIF needs at least one frame");
        assertThatThrownBy(() -> Gif.write(folder.resolve("a.gif"), List.of(ramp(0)), 65536))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the delay must lie in [0, 65535] hundredths of a second, was 65536");
    }

    private static BufferedImage ramp(int shift) {
        BufferedImage image = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 256; x++) {
            image.getRaster().setSample(x, 0, 0, (x + shift) % 256);
        }
        return image;
    }
}
