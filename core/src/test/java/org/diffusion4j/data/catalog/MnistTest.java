package org.diffusion4j.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.TestImages;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The published files, where they lie in {@code ../shared/data/mnist} beside the checkout. */
@Tag("mnist")
@DisplayName("MNIST")
class MnistTest {

    private static final Path FOLDER = Path.of("../../shared/data/mnist");

    @BeforeAll
    static void needsTheFiles() {
        assumeTrue(Files.isDirectory(FOLDER), "the published MNIST files are not in " + FOLDER);
    }

    @Test
    void has_60000_images_for_training_as_published() throws Exception {
        ImageDataset data = Datasets.open(FOLDER, DataSplit.TRAIN, ReadOptions.DEFAULT);
        assertThat(new int[] {data.size(), data.channels(), data.height(), data.width()})
                .containsExactly(60_000, 1, 28, 28);
        assertThat(Arrays.copyOf(TestImages.labels(data), 5)).containsExactly(5, 0, 4, 1, 9);
        assertThat(imagesMd5(data)).isEqualTo("6bbc9ace898e44ae57da46a324031adb");
        assertThat(labelsMd5(data)).isEqualTo("a25bea736e30d166cdddb491f175f624");
    }

    @Test
    void has_10000_images_for_testing_as_published() throws Exception {
        ImageDataset data = Datasets.open(FOLDER, DataSplit.TEST, ReadOptions.DEFAULT);
        assertThat(data.size()).isEqualTo(10_000);
        assertThat(imagesMd5(data)).isEqualTo("2646ac647ad5339dbf082846283269ea");
        assertThat(labelsMd5(data)).isEqualTo("27ae3e4e09519cfbb04c329615203637");
    }

    /** The MD5 of the IDX file that these images make. */
    private static String imagesMd5(ImageDataset data) throws Exception {
        MessageDigest md5 = header(0x803, data.size(), 28, 28);
        IntStream.range(0, data.size()).forEach(i -> md5.update(TestImages.pixels(data, i)));
        return HexFormat.of().formatHex(md5.digest());
    }

    private static String labelsMd5(ImageDataset data) throws Exception {
        MessageDigest md5 = header(0x801, data.size());
        IntStream.of(TestImages.labels(data)).forEach(label -> md5.update((byte) label));
        return HexFormat.of().formatHex(md5.digest());
    }

    private static MessageDigest header(int... integers) throws Exception {
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        for (int integer : integers) {
            md5.update(java.nio.ByteBuffer.allocate(4).putInt(integer).flip());
        }
        return md5;
    }
}
