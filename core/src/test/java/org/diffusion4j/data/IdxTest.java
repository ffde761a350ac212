package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.diffusion4j.engine.FormatException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("IDX files")
class IdxTest {

    private static final byte[] IMAGES = idx(0x803, new int[] {3, 2, 2}, 0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 255);
    private static final byte[] LABELS = idx(0x801, new int[] {3}, 5, 0, 9);

    @TempDir
    Path folder;

    private Path images;
    private Path labels;

    @BeforeEach
    void writeThreeImages() throws IOException {
        images = Files.write(folder.resolve("train-images-idx3-ubyte"), IMAGES);
        labels = Files.write(folder.resolve("train-labels-idx1-ubyte"), LABELS);
    }

    @Test
    void are_read_plain() {
        ImageDataset data = open();
        assertThat(data.size()).isEqualTo(3);
        assertThat(TestImages.pixels(data, 2)).containsExactly(20, 21, 22, 255);
        assertThat(TestImages.labels(data)).containsExactly(5, 0, 9);
        assertThat(data.name()).isEqualTo(images.toString());
    }

    @Test
    void are_read_gzipped() throws IOException {
        String plain = open().fingerprint();
        Files.delete(images);
        Files.delete(labels);
        Files.write(folder.resolve("train-images-idx3-ubyte.gz"), gzip(IMAGES));
        Files.write(folder.resolve("train-labels-idx1-ubyte.gz"), gzip(LABELS));
        assertThat(open().fingerprint()).isEqualTo(plain);
    }

    @Test
    void of_the_test_part_are_named_t10k() throws IOException {
        Files.move(images, folder.resolve("t10k-images.idx3-ubyte"));
        Files.move(labels, folder.resolve("t10k-labels.idx1-ubyte"));
        assertThat(Datasets.open(folder, Part.TEST, ReadOptions.DEFAULT).size()).isEqualTo(3);
    }

    @Test
    void are_found_where_torchvision_puts_them() throws IOException {
        String plain = open().fingerprint();
        Path raw = moveTo("MNIST/raw");
        for (Path place : List.of(raw, folder.resolve("MNIST"), folder)) {
            assertThat(Datasets.open(place, Part.TRAIN, ReadOptions.DEFAULT).fingerprint())
                    .isEqualTo(plain);
        }
    }

    @Test
    void of_two_sets_that_torchvision_put_in_one_folder_are_refused_by_name() throws IOException {
        Path mnist = moveTo("MNIST/raw");
        Path fashion = Files.createDirectories(folder.resolve("FashionMNIST/raw"));
        Files.write(fashion.resolve("train-images-idx3-ubyte"), IMAGES);
        Files.write(fashion.resolve("train-labels-idx1-ubyte"), LABELS);
        assertThatThrownBy(this::open)
                .isInstanceOf(FormatException.class)
                .hasMessage(folder + ": holds several data sets; take one of " + mnist + ", " + fashion);
        assertThat(Datasets.open(folder.resolve("FashionMNIST"), Part.TRAIN, ReadOptions.DEFAULT)
                        .labelNames())
                .contains("Sneaker");
    }

    private Path moveTo(String below) throws IOException {
        Path raw = Files.createDirectories(folder.resolve(below));
        Files.move(images, raw.resolve(images.getFileName()));
        Files.move(labels, raw.resolve(labels.getFileName()));
        return raw;
    }

    @Test
    void name_fashion_classes_where_the_folder_says_so() throws IOException {
        assertThat(open().labelNames().get(9)).isEqualTo("9");
        Path fashion = Files.createDirectory(folder.resolve("FashionMNIST"));
        Files.copy(images, fashion.resolve(images.getFileName()));
        Files.copy(labels, fashion.resolve(labels.getFileName()));
        assertThat(Datasets.open(fashion, Part.TRAIN, ReadOptions.DEFAULT)
                        .labelNames()
                        .get(9))
                .isEqualTo("Ankle boot");
    }

    @Test
    void are_refused_with_another_magic_number() throws IOException {
        Files.write(images, LABELS);
        refused(images, "is not an IDX file of images: it begins with 0x00000801, expected 0x00000803");
        Files.write(images, IMAGES);
        Files.write(labels, IMAGES);
        refused(labels, "is not an IDX file of labels: it begins with 0x00000803, expected 0x00000801");
    }

    @Test
    void are_refused_when_truncated() throws IOException {
        Files.write(images, Arrays.copyOf(IMAGES, 10));
        refused(images, "is truncated, it ends too early (before its height); get it again");
        Files.write(images, Arrays.copyOf(IMAGES, IMAGES.length - 1));
        refused(images, "is truncated, it ends too early (before image 3 of 3); get it again");
        Files.write(images, gzip(Arrays.copyOf(IMAGES, IMAGES.length - 1)));
        refused(images, "is truncated, it ends too early (before image 3 of 3); get it again");
        Files.write(images, Arrays.copyOf(gzip(IMAGES), 30));
        refused(images, "is truncated, it ends too early (Unexpected end of ZLIB input stream); get it again");
        Files.write(images, IMAGES);
        Files.write(labels, gzip(Arrays.copyOf(LABELS, LABELS.length - 1)));
        refused(labels, "is truncated, it ends too early (before the last of its 3 labels); get it again");
    }

    @Test
    void are_refused_when_they_promise_what_the_file_cannot_hold() throws IOException {
        Files.write(images, idx(0x803, new int[] {Integer.MAX_VALUE, 28, 28}));
        refused(
                images,
                "says it has 2147483647 images of 28×28, which is more than a file of its length can hold; is it truncated?");
        Files.write(images, idx(0x803, new int[] {1, Integer.MAX_VALUE, Integer.MAX_VALUE}));
        refused(
                images,
                "says it has 1 images of 2147483647×2147483647, which is more than a file of its length can hold; is it truncated?");
        Files.write(images, IMAGES);
        Files.write(labels, gzip(idx(0x801, new int[] {Integer.MAX_VALUE})));
        refused(
                labels,
                "says it has 2147483647 labels, which is more than a file of its length can hold; is it truncated?");
    }

    @Test
    void are_refused_with_bytes_left_over() throws IOException {
        Files.write(images, Arrays.copyOf(IMAGES, IMAGES.length + 1));
        refused(images, "has more bytes behind its 3 images of 2×2; is it of another format?");
    }

    @Test
    void are_refused_with_a_dimension_that_is_not_positive() throws IOException {
        Files.write(images, idx(0x803, new int[] {3, 0, 2}));
        refused(images, "its height is 0, expected a positive number");
        Files.write(images, idx(0x803, new int[] {-1, 2, 2}));
        refused(images, "its number of images is -1, expected a positive number");
    }

    @Test
    void are_refused_when_damaged() throws IOException {
        byte[] gzipped = gzip(IMAGES);
        gzipped[gzipped.length - 8] ^= 1; // the checksum
        Files.write(images, gzipped);
        refused(images, "is damaged (Corrupt GZIP trailer); get it again");
    }

    @Test
    void are_refused_with_a_label_out_of_range() throws IOException {
        Files.write(labels, idx(0x801, new int[] {3}, 5, 10, 9));
        refused(labels, "label 1 is 10, expected 0 to 9");
    }

    @Test
    void are_refused_when_labels_and_images_differ_in_number() throws IOException {
        Files.write(labels, idx(0x801, new int[] {2}, 5, 0));
        refused(labels, "has 2 labels for the 3 images of train-images-idx3-ubyte");
        Files.delete(labels);
        refused(images, "there is no file of labels beside it");
    }

    private ImageDataset open() {
        return Datasets.open(folder, Part.TRAIN, ReadOptions.DEFAULT);
    }

    private void refused(Path file, String why) {
        assertThatThrownBy(this::open).isInstanceOf(FormatException.class).hasMessage(file + ": " + why);
    }

    private static byte[] idx(int magic, int[] dimensions, int... bytes) {
        ByteBuffer file =
                ByteBuffer.allocate(4 + 4 * dimensions.length + bytes.length).putInt(magic);
        for (int dimension : dimensions) {
            file.putInt(dimension);
        }
        for (int value : bytes) {
            file.put((byte) value);
        }
        return file.array();
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }
}
