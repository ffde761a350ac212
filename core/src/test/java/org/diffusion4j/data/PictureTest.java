package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("a picture")
class PictureTest {

    /** 3×2 pixels, written by Pillow 12.3.0 without loss, with orientation 6. */
    static final String WEBP =
            "UklGRmgAAABXRUJQVlA4WAoAAAAIAAAAAgAAAQAAVlA4TCgAAAAvAkAAAC8gEEjaH3qN+RcQFPk/2vwHH0QCg0K2EeDQvQSncBH9"
                    + "j2MFRVhJRhoAAABNTQAqAAAACAABARIAAwAAAAEABgAAAAAAAA==";

    /** 16×16 pixels of cyan, magenta, yellow and half black, a quarter each, written by Pillow 12.3.0 in CMYK. */
    static final String CMYK =
            "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQ"
                    + "wPFxgWFBgSFBUU/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBA"
                    + "MFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldY"
                    + "WVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6O"
                    + "nq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD8qq/VOv1Tr9U6/qor+Veiiiv6qK/lXooor+qivypr/9k=";

    @ParameterizedTest
    @CsvSource({
        "1, abc def", "2, cba fed", "3, fed cba", "4, def abc", //
        "5, ad be cf", "6, da eb fc", "7, fc eb da", "8, cf be ad"
    })
    void is_turned_as_its_exif_data_say(int orientation, String upright) throws IOException {
        byte[] exif = exif(orientation, ByteOrder.LITTLE_ENDIAN);
        assertThat(text(png(letters(), exif))).isEqualTo(upright);
        assertThat(text(png(letters(), exif(orientation, ByteOrder.BIG_ENDIAN))))
                .isEqualTo(upright);
        assertThat(text(tiff(orientation))).isEqualTo(upright);
    }

    @Test
    void of_a_camera_held_upright_is_upright() throws IOException {
        byte[] jpeg = encoded("jpg", halves());
        PixelPlanes turned = decode(jpegWith(jpeg, exif(6, ByteOrder.BIG_ENDIAN)));
        assertThat(new int[] {turned.height(), turned.width()}).containsExactly(16, 8);
        assertThat(turned.bytes()[0] & 0xff).as("left half, now on top").isLessThan(10);
        assertThat(turned.bytes()[15 * 8] & 0xff)
                .as("right half, now at the bottom")
                .isGreaterThan(245);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 65535})
    void stays_as_it_is_under_an_orientation_that_does_not_exist(int orientation) throws IOException {
        assertThat(text(png(letters(), exif(orientation, ByteOrder.LITTLE_ENDIAN))))
                .isEqualTo("abc def");
    }

    @Test
    void stays_as_it_is_where_exif_data_are_cut_off() throws IOException {
        byte[] exif = exif(6, ByteOrder.LITTLE_ENDIAN);
        for (int length = 0; length < 20; length++) {
            assertThat(text(png(letters(), Arrays.copyOf(exif, length)))).isEqualTo("abc def");
        }
    }

    @Test
    void in_webp_is_read_and_turned() throws IOException {
        PixelPlanes image = decode(Base64.getDecoder().decode(WEBP));
        assertThat(new int[] {image.channels(), image.height(), image.width()}).containsExactly(3, 3, 2);
        assertThat(rgb(image)).containsExactly(0xffff00, 0xff0000, 0x00ffff, 0x00ff00, 0xff00ff, 0x0000ff);
    }

    @Test
    void in_cmyk_has_the_colours_of_its_inks() throws IOException {
        PixelPlanes image = decode(Base64.getDecoder().decode(CMYK));
        int[] rgb = rgb(image);
        assertThat(new int[] {rgb[3 * 16 + 3], rgb[3 * 16 + 12], rgb[12 * 16 + 3], rgb[12 * 16 + 12]})
                .containsExactly(0x00ffff, 0xff00ff, 0xffff00, 0x7f7f7f);
    }

    @Test
    void in_an_ordinary_jpeg_has_the_pixels_that_the_jdk_decodes() throws IOException {
        byte[] jpeg = encoded("jpg", halves());
        BufferedImage expected = ImageIO.read(new ByteArrayInputStream(jpeg));
        assertThat(rgb(decode(jpeg)))
                .containsExactly(Arrays.stream(expected.getRGB(0, 0, 16, 8, null, 0, 16))
                        .map(argb -> argb & 0xffffff)
                        .toArray());
    }

    @Test
    void that_is_transparent_lies_over_white() throws IOException {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0xff102030);
        image.setRGB(1, 0, 0x80000000);
        image.setRGB(2, 0, 0x00ff0000);
        assertThat(rgb(decode(encoded("png", image)))).containsExactly(0x102030, 0x7f7f7f, 0xffffff);
    }

    @Test
    void in_grey_of_16_bits_keeps_its_values_and_of_32_bits_is_refused() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setSample(0, 0, 0, 0x8080);
        image.getRaster().setSample(1, 0, 0, 0xffff);
        assertThat(rgb(decode(encoded("tif", image)))).containsExactly(0x808080, 0xffffff);
        assertThatThrownBy(() -> decode(floatTiff()))
                .isInstanceOf(IOException.class)
                .hasMessage("its grey values have 32 bits, at most 16 are read");
    }

    @Test
    void whose_reader_goes_on_behind_the_end_is_refused() {
        byte[] webp = Base64.getDecoder().decode(WEBP);
        webp[28] = 4; // the 2 rows are 1026 now
        assertThatThrownBy(() -> decode(webp)).isInstanceOf(IOException.class).hasMessage("it is truncated");
    }

    @Test
    void that_is_cut_off_is_refused_in_each_format() throws IOException {
        byte[] webp = Base64.getDecoder().decode(WEBP);
        byte[] cmyk = Base64.getDecoder().decode(CMYK);
        for (byte[] whole : new byte[][] {webp, cmyk, tiff(1), encoded("tif", halves())}) {
            assertThatThrownBy(() -> decode(Arrays.copyOf(whole, whole.length / 2)))
                    .isInstanceOf(IOException.class);
        }
    }

    private static PixelPlanes decode(byte[] file) throws IOException {
        return Picture.decode(new ByteArrayInputStream(file));
    }

    private static int[] rgb(PixelPlanes image) {
        int area = image.height() * image.width();
        int[] rgb = new int[area];
        for (int i = 0; i < area; i++) {
            rgb[i] = (image.bytes()[i] & 0xff) << 16
                    | (image.bytes()[area + i] & 0xff) << 8
                    | image.bytes()[2 * area + i] & 0xff;
        }
        return rgb;
    }

    /** The red values of an image as letters, a word for each row. */
    private static String text(byte[] file) throws IOException {
        PixelPlanes image = decode(file);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < image.height() * image.width(); i++) {
            text.append(i > 0 && i % image.width() == 0 ? " " : "").append((char) image.bytes()[i]);
        }
        return text.toString();
    }

    /** {@code abc} above {@code def}. */
    private static BufferedImage letters() {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 6; i++) {
            image.setRGB(i % 3, i / 3, ('a' + i) << 16);
        }
        return image;
    }

    /** 16×8 pixels, the left half black, the right half white. */
    private static BufferedImage halves() {
        BufferedImage image = new BufferedImage(16, 8, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(8, 0, 8, 8);
        pen.dispose();
        return image;
    }

    private static byte[] encoded(String format, BufferedImage picture) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(picture, format, bytes);
        return bytes.toByteArray();
    }

    /** A TIFF directory with one entry, tag 274. */
    private static byte[] exif(int orientation, ByteOrder order) {
        ByteBuffer exif = ByteBuffer.allocate(26).order(order);
        exif.putShort((short) (order == ByteOrder.LITTLE_ENDIAN ? 0x4949 : 0x4d4d));
        exif.putShort((short) 42).putInt(8).putShort((short) 1);
        entry(exif, 274, 3, 1, orientation);
        return exif.putInt(0).array();
    }

    private static void entry(ByteBuffer tiff, int tag, int type, int count, int value) {
        tiff.putShort((short) tag).putShort((short) type).putInt(count);
        if (type == 3 && count == 1) {
            tiff.putShort((short) value).putShort((short) 0);
        } else {
            tiff.putInt(value);
        }
    }

    private static byte[] png(BufferedImage image, byte[] exif) throws IOException {
        byte[] png = encoded("png", image);
        ByteBuffer chunk = ByteBuffer.allocate(12 + exif.length).putInt(exif.length);
        chunk.put("eXIf".getBytes(StandardCharsets.US_ASCII)).put(exif);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + exif.length);
        chunk.putInt((int) crc.getValue());
        return inserted(png, 33, chunk.array()); // after IHDR
    }

    private static byte[] jpegWith(byte[] jpeg, byte[] exif) {
        ByteBuffer segment = ByteBuffer.allocate(10 + exif.length);
        segment.putShort((short) 0xffe1).putShort((short) (8 + exif.length));
        segment.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(exif);
        return inserted(jpeg, 2, segment.array());
    }

    private static byte[] inserted(byte[] file, int at, byte[] part) {
        return ByteBuffer.allocate(file.length + part.length)
                .put(file, 0, at)
                .put(part)
                .put(file, at, file.length - at)
                .array();
    }

    /** {@link #letters} as uncompressed TIFF. */
    private static byte[] tiff(int orientation) {
        ByteBuffer tiff = ByteBuffer.allocate(170).order(ByteOrder.LITTLE_ENDIAN);
        tiff.putShort((short) 0x4949).putShort((short) 42).putInt(8).putShort((short) 10);
        entry(tiff, 256, 3, 1, 3); // width
        entry(tiff, 257, 3, 1, 2); // height
        entry(tiff, 258, 3, 3, 140); // bits of a sample
        entry(tiff, 259, 3, 1, 1); // compression
        entry(tiff, 262, 3, 1, 2); // RGB
        entry(tiff, 273, 4, 1, 150); // the strip
        entry(tiff, 274, 3, 1, orientation);
        entry(tiff, 277, 3, 1, 3); // samples of a pixel
        entry(tiff, 278, 3, 1, 2); // rows of the strip
        entry(tiff, 279, 4, 1, 18); // its bytes
        tiff.putInt(0).position(140);
        tiff.putShort((short) 8).putShort((short) 8).putShort((short) 8).position(150);
        for (int i = 0; i < 6; i++) {
            tiff.put((byte) ('a' + i)).put((byte) 0).put((byte) 0);
        }
        return Arrays.copyOf(tiff.array(), 168);
    }

    /** One grey pixel as a float. */
    private static byte[] floatTiff() {
        ByteBuffer tiff = ByteBuffer.allocate(154).order(ByteOrder.LITTLE_ENDIAN);
        tiff.putShort((short) 0x4949).putShort((short) 42).putInt(8).putShort((short) 10);
        entry(tiff, 256, 3, 1, 1);
        entry(tiff, 257, 3, 1, 1);
        entry(tiff, 258, 3, 1, 32);
        entry(tiff, 259, 3, 1, 1);
        entry(tiff, 262, 3, 1, 1); // grey
        entry(tiff, 273, 4, 1, 150);
        entry(tiff, 277, 3, 1, 1);
        entry(tiff, 278, 3, 1, 1);
        entry(tiff, 279, 4, 1, 4);
        entry(tiff, 339, 3, 1, 3); // float
        tiff.putInt(0).position(150);
        return tiff.putFloat(0.5f).array();
    }
}
