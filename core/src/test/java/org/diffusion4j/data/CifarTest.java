package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.engine.DiffusionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("CIFAR-10 files")
class CifarTest {

    @TempDir
    Path folder;

    @BeforeEach
    void writeTwoRecordsEach() throws IOException {
        Files.writeString(folder.resolve("batches.meta.txt"), "cat\ndog\n\n");
        for (int i = 1; i <= 5; i++) {
            Files.write(folder.resolve("data_batch_" + i + ".bin"), records(0, 10 * i, 1, 10 * i + 1));
        }
        Files.write(folder.resolve("test_batch.bin"), records(1, 99));
    }

    @Test
    void are_read_in_order_with_their_class_names() {
        ImageDataset data = open(DataSplit.TRAIN);
        assertThat(new int[] {data.size(), data.channels(), data.height(), data.width()})
                .containsExactly(10, 3, 32, 32);
        assertThat(data.labelNames()).containsExactly("cat", "dog");
        assertThat(TestImages.labels(data)).containsExactly(0, 1, 0, 1, 0, 1, 0, 1, 0, 1);
        assertThat(TestImages.pixels(data, 9)).startsWith(51, 51).endsWith(51).hasSize(3072);
        assertThat(TestImages.pixels(open(DataSplit.TEST), 0)).startsWith(99);
    }

    @Test
    void are_found_in_the_folder_that_the_archive_unpacks_to() throws IOException {
        Path above = Files.createTempDirectory(folder, "above");
        Path inner = Files.createDirectory(above.resolve("cifar-10-batches-bin"));
        Files.copy(folder.resolve("test_batch.bin"), inner.resolve("test_batch.bin"));
        Files.copy(folder.resolve("batches.meta.txt"), inner.resolve("batches.meta.txt"));
        assertThat(Datasets.open(above, DataSplit.TEST, ReadOptions.DEFAULT).size())
                .isEqualTo(1);
    }

    @Test
    void are_refused_when_one_is_missing_truncated_or_mislabelled() throws IOException {
        Path third = folder.resolve("data_batch_3.bin");
        Files.write(third, records(0, 1, 2, 1));
        refused(third + ": has the label 2, expected 0 to 1");
        Files.write(third, Arrays.copyOf(records(0, 1), 3072));
        refused(
                third
                        + ": has 3072 bytes, expected a multiple of 3073; it is truncated or not of the binary version, get it again");
        Files.delete(third);
        refused(third + ": cannot be read: there is no such file or folder");
    }

    private void refused(String message) {
        assertThatThrownBy(() -> open(DataSplit.TRAIN))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(message);
    }

    private ImageDataset open(DataSplit part) {
        return Datasets.open(folder, part, ReadOptions.DEFAULT);
    }

    /** Records of label, value of all pixels, label, value, … */
    private static byte[] records(int... labelsAndValues) {
        byte[] records = new byte[labelsAndValues.length / 2 * 3073];
        for (int i = 0; i < labelsAndValues.length / 2; i++) {
            Arrays.fill(records, i * 3073, (i + 1) * 3073, (byte) labelsAndValues[2 * i + 1]);
            records[i * 3073] = (byte) labelsAndValues[2 * i];
        }
        return records;
    }
}
