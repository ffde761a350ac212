package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("image files")
class ImageFilesTest {

    @TempDir
    Path folder;

    @Test
    void are_ordered_by_path_and_labelled_by_class_folder() throws IOException {
        write("dog/b.png", picture(2, 2, 0x0a0a0a));
        write("cat/z.png", picture(2, 2, 0x141414));
        write("dog/a/deeper.png", picture(2, 2, 0x1e1e1e));
        write("cat/a.png", picture(2, 2, 0x282828));
        write("cat/notes.txt", new byte[3]);
        write(".hidden/c.png", new byte[3]);
        ImageDataset data = open(ReadOptions.DEFAULT);
        assertThat(data.labelNames()).containsExactly("cat", "dog");
        assertThat(firstPixels(data)).containsExactly(0x28, 0x14, 0x1e, 0x0a);
        assertThat(TestImages.labels(data)).containsExactly(0, 0, 1, 1);
        assertThat(new int[] {data.channels(), data.height(), data.width()}).containsExactly(3, 2, 2);
    }

    @Test
    void at_the_top_have_no_labels() throws IOException {
        write("b.png", picture(2, 2, 0));
        write("a.png", picture(2, 2, 0xffffff));
        ImageDataset data = open(ReadOptions.DEFAULT);
        assertThat(data.labelled()).isFalse();
        assertThat(firstPixels(data)).containsExactly(255, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "bmp", "gif", "tif"})
    void of_these_formats_are_read(String format) throws IOException {
        write("a." + format, encoded(format, picture(8, 8, 0x808080)));
        ImageDataset data = open(ReadOptions.DEFAULT.inGrey());
        assertThat(data.channels()).isEqualTo(1);
        assertThat(firstPixels(data)).containsExactly(0x80);
    }

    @Test
    void in_folders_train_and_test_are_these_parts() throws IOException {
        write("train/cat/a.png", picture(1, 1, 0x010101));
        write("test/cat/a.png", picture(1, 1, 0x020202));
        assertThat(firstPixels(open(ReadOptions.DEFAULT))).containsExactly(1);
        assertThat(firstPixels(Datasets.open(folder, DataSplit.TEST, ReadOptions.DEFAULT)))
                .containsExactly(2);
    }

    @Test
    void without_a_test_part_say_so() throws IOException {
        write("cat/a.png", picture(1, 1, 0));
        assertThatThrownBy(() -> Datasets.open(folder, DataSplit.TEST, ReadOptions.DEFAULT))
                .hasMessage(folder + ": has no images in a folder 'test'; hold some out of the others instead");
    }

    @Test
    void are_cropped_and_resized_to_a_stated_size() throws IOException {
        write("a.png", picture(9, 4, 0x646464));
        write("b.png", picture(2, 3, 0x646464));
        ImageDataset data = open(ReadOptions.DEFAULT.withSize(5));
        assertThat(new int[] {data.height(), data.width()}).containsExactly(5, 5);
        byte[] grey = new byte[75];
        Arrays.fill(grey, (byte) 100);
        assertThat(TestImages.pixels(data, 0)).isEqualTo(grey);
        assertThat(TestImages.pixels(data, 1)).isEqualTo(grey);
    }

    @Test
    void of_different_sizes_are_refused_where_none_is_stated() throws IOException {
        write("a.png", picture(9, 4, 0));
        write("b.png", picture(2, 3, 0));
        refused(
                "the image b.png is 2×3, the first is 9×4 (width×height); state a size to which all are cropped and resized,"
                        + " such as --size 4");
    }

    @Test
    void beside_class_folders_are_refused() throws IOException {
        write("cat/a.png", picture(1, 1, 0));
        write("b.png", picture(1, 1, 0));
        refused("some images lie in class folders and others beside them, such as b.png");
    }

    @Test
    void that_cannot_be_read_are_named_and_refused() throws IOException {
        write("cat/a.png", picture(1, 1, 0));
        write("cat/b.png", "no image".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        refused("the image cat/b.png cannot be read: it is not a PNG, JPEG, WebP, TIFF, BMP or GIF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "bmp", "gif"})
    void that_are_cut_off_are_refused(String format) throws IOException {
        byte[] whole = encoded(format, noise());
        write("a." + format, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> open(ReadOptions.DEFAULT))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(folder + ": the image a." + format + " cannot be read: ");
    }

    @Test
    void that_promise_too_many_pixels_are_refused_before_memory_is_taken() throws IOException {
        write("a.png", promising(100_000));
        refused("the image a.png cannot be read: it has 100000×100000 pixels, at most 67108864 are read");
        byte[] small = promising(8000);
        write("a.png", small);
        refused("the image a.png cannot be read: it has 8000×8000 pixels, at most " + (small.length << 14)
                + " fit in a file of its length");
    }

    /** A picture of one pixel whose header states a square of others. */
    private static byte[] promising(int side) throws IOException {
        byte[] png = encoded("png", picture(1, 1, 0));
        ByteBuffer.wrap(png).putInt(16, side).putInt(20, side);
        CRC32 crc = new CRC32();
        crc.update(png, 12, 17);
        ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
        return png;
    }

    @Test
    void that_cannot_be_read_are_skipped_and_told_where_asked() throws IOException {
        write("cat/a.png", new byte[9]);
        write("cat/b.png", picture(1, 1, 0x070707));
        write("dog/c.png", new byte[9]);
        List<FormatException> skipped = new ArrayList<>();
        ImageDataset data = open(ReadOptions.DEFAULT.skippingBad(skipped::add));
        assertThat(firstPixels(data)).containsExactly(7);
        assertThat(data.labelNames()).containsExactly("cat", "dog");
        assertThat(skipped).hasSize(2).allMatch(bad -> bad.getMessage().startsWith(folder + ": the image "));
        Files.delete(folder.resolve("cat/b.png"));
        assertThatThrownBy(() -> open(ReadOptions.DEFAULT.skippingBad(skipped::add)))
                .hasMessage(folder + ": none of its 2 image files can be read");
    }

    @Test
    void name_what_is_passed_over_resized_or_loses_its_colour() throws IOException {
        write("cat/a.png", picture(4, 4, 0x040404));
        write("cat/b.png", picture(9, 4, 0x0000ff));
        for (String other : List.of("cat/c.heic", "notes.txt", ".hidden", "x/1.svg", "x/2.svg", "x/3.svg", "x/4.svg")) {
            write(other, new byte[3]);
        }
        List<String> notes = new ArrayList<>();
        open(ReadOptions.DEFAULT.withSize(4).inGrey().noting(notes::add));
        assertThat(notes)
                .containsExactly(
                        folder + ": passed over 6 files not named as PNG, JPEG, WebP, TIFF, BMP or GIF:"
                                + " cat/c.heic, notes.txt, x/1.svg, x/2.svg, x/3.svg and 1 more",
                        folder + ": 1 of 2 images lost their colour",
                        folder + ": 1 of 2 images were cropped to a square and resized to 4×4");
    }

    @Test
    void know_whether_they_have_a_test_part() throws IOException {
        write("train/cat/a.png", picture(1, 1, 1));
        assertThat(Datasets.has(folder, DataSplit.TEST)).isFalse();
        write("test/cat/a.png", picture(1, 1, 2));
        assertThat(Datasets.has(folder, DataSplit.TEST)).isTrue();
        assertThat(Datasets.has(zip(Map.of("a.png", new byte[3])), DataSplit.TEST))
                .isFalse();
        assertThat(Datasets.has(folder.resolve("nothing"), DataSplit.TEST)).isFalse();
    }

    @Test
    void in_a_zip_are_the_images_of_the_folder() throws IOException {
        write("dog/b.png", picture(2, 2, 0x0a0a0a));
        write("cat/z.png", picture(2, 2, 0x141414));
        String expected = open(ReadOptions.DEFAULT).fingerprint();
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("pets/dog/b.png", encoded("png", picture(2, 2, 0x0a0a0a)));
        entries.put("pets/cat/z.png", encoded("png", picture(2, 2, 0x141414)));
        entries.put("__MACOSX/pets/cat/z.png", new byte[3]);
        ImageDataset data = Datasets.open(zip(entries), DataSplit.TRAIN, ReadOptions.DEFAULT);
        assertThat(data.fingerprint()).isEqualTo(expected);
        assertThat(data.labelNames()).containsExactly("cat", "dog");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a.png", "/a.png", "cat/../../a.png", "..\\a.png"})
    void in_a_zip_cannot_leave_it(String name) throws IOException {
        Path zip = zip(Map.of(name, encoded("png", picture(1, 1, 0))));
        assertThatThrownBy(() -> Datasets.open(zip, DataSplit.TRAIN, ReadOptions.DEFAULT))
                .isInstanceOf(FormatException.class)
                .hasMessage(zip + ": the entry '" + name + "' leaves its folder");
    }

    @Test
    void in_a_zip_cannot_expand_without_bound() throws IOException {
        Path zip = zip(Map.of("a.png", new byte[(64 << 20) + 1]));
        assertThat(Files.size(zip)).isLessThan(100_000);
        assertThatThrownBy(() -> Datasets.open(zip, DataSplit.TRAIN, ReadOptions.DEFAULT))
                .hasMessage(zip + ": the image a.png cannot be read: it expands to more than 64 MB");
    }

    @Test
    void are_not_found_in_an_empty_zip_nor_in_what_is_none() throws IOException {
        Path empty = zip(Map.of("readme.txt", new byte[1]));
        assertThatThrownBy(() -> Datasets.open(empty, DataSplit.TRAIN, ReadOptions.DEFAULT))
                .hasMessage(empty + ": there is no PNG, JPEG, WebP, TIFF, BMP or GIF file in it");
        Path none = Files.write(folder.resolve("x.zip"), new byte[100]);
        assertThatThrownBy(() -> Datasets.open(none, DataSplit.TRAIN, ReadOptions.DEFAULT))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(none + ": is not a zip, or a damaged one (");
    }

    private ImageDataset open(ReadOptions options) {
        return Datasets.open(folder, DataSplit.TRAIN, options);
    }

    private void refused(String why) {
        assertThatThrownBy(() -> open(ReadOptions.DEFAULT))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(folder + ": " + why);
    }

    private static int[] firstPixels(ImageDataset data) {
        int[] first = new int[data.size()];
        for (int i = 0; i < first.length; i++) {
            first[i] = TestImages.pixels(data, i)[0] & 0xff;
        }
        return first;
    }

    private void write(String path, BufferedImage picture) throws IOException {
        write(path, encoded("png", picture));
    }

    private void write(String path, byte[] bytes) throws IOException {
        Files.createDirectories(folder.resolve(path).getParent());
        Files.write(folder.resolve(path), bytes);
    }

    private Path zip(Map<String, byte[]> entries) throws IOException {
        Path zip = folder.resolve("images.zip");
        try (OutputStream file = Files.newOutputStream(zip);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
            }
        }
        return zip;
    }

    private static byte[] encoded(String format, BufferedImage picture) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(picture, format, bytes);
        return bytes.toByteArray();
    }

    private static BufferedImage picture(int width, int height, int rgb) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture.setRGB(x, y, rgb);
            }
        }
        return picture;
    }

    private static BufferedImage noise() {
        BufferedImage picture = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        SplitMix random = new SplitMix(1);
        for (int i = 0; i < 64 * 64; i++) {
            picture.setRGB(i % 64, i / 64, random.below(1 << 24));
        }
        return picture;
    }
}
