package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.diffusion4j.engine.Prefetch;
import org.diffusion4j.engine.ResidentMemory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("batches")
class BatchesTest {

    private final InMemoryImages ten = TestImages.counted(10);

    @Test
    void show_each_image_once_an_epoch_also_where_a_batch_reaches_over_its_end() {
        Batches batches = new Batches(ten, 4, 3, false);
        List<Integer> seen = new ArrayList<>();
        for (int k = 0; k < 5; k++) {
            seen.addAll(ids(batches, k));
        }
        assertThat(seen.subList(0, 10)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(seen.subList(10, 20)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(seen.subList(0, 10)).isNotEqualTo(seen.subList(10, 20));
    }

    @Test
    void may_be_larger_than_the_data() {
        assertThat(ids(new Batches(ten, 25, 3, false), 0))
                .hasSize(25)
                .startsWith(ids(new Batches(ten, 10, 3, false), 0).toArray(Integer[]::new));
    }

    @Test
    void carry_the_label_of_each_image() {
        try (ImageBatch batch = new Batches(ten, 10, 1, false).batch(0)) {
            LongBuffer labels = Objects.requireNonNull(batch.labels()).createBuffer();
            byte[] pixels = TestImages.bytes(batch.images());
            assertThat(IntStream.range(0, 10)).allMatch(j -> labels.get(j) == pixels[6 * j] % 3);
        }
    }

    @Test
    void may_be_closed_twice() {
        ImageBatch batch = new Batches(ten, 2, 0, false).batch(0);
        batch.close();
        batch.close();
        assertThat(batch.images().isNull()).isTrue();
    }

    @Test
    void have_no_labels_where_the_images_have_none() {
        InMemoryImages bare = InMemoryImages.ofBytes(List.of(new byte[1]), 1, 1, 1);
        try (ImageBatch batch = new Batches(bare, 2, 0, false).batch(0)) {
            assertThat(batch.labels()).isNull();
        }
    }

    @Test
    void mirror_about_half_of_the_images_and_others_in_another_epoch() {
        InMemoryImages data = TestImages.counted(100);
        Batches batches = new Batches(data, 100, 4, true);
        boolean[] first = mirrored(batches, 0);
        boolean[] second = mirrored(batches, 1);
        // 100 coins: 50 ± 5 standard deviations of 5
        assertThat(IntStream.range(0, 100).filter(i -> first[i]).count()).isBetween(25L, 75L);
        assertThat(IntStream.range(0, 100).filter(i -> first[i] != second[i]).count())
                .isBetween(25L, 75L);
    }

    @Test
    void are_the_same_whatever_was_drawn_before() {
        byte[] straight = null;
        Batches run = new Batches(ten, 4, 9, true);
        try (Prefetch<ImageBatch> stream = run.from(0)) {
            for (int k = 0; k <= 17; k++) {
                try (ImageBatch batch = stream.next()) {
                    assertThat(batch.index()).isEqualTo(k);
                    straight = TestImages.bytes(batch.images());
                }
            }
        }
        Batches resumed = new Batches(TestImages.counted(10), 4, 9, true);
        assertThat(pixels(resumed, 17)).isEqualTo(straight);
        try (Prefetch<ImageBatch> stream = resumed.from(17);
                ImageBatch batch = stream.next()) {
            assertThat(TestImages.bytes(batch.images())).isEqualTo(straight);
        }
        assertThat(pixels(new Batches(ten, 4, 10, true), 17)).isNotEqualTo(straight);
    }

    @Test
    void end_their_thread_on_close_and_are_refused_afterwards() throws InterruptedException {
        Prefetch<ImageBatch> stream = new Batches(ten, 4, 0, false).from(0);
        stream.next().close();
        assertThat(makers()).hasSize(1);
        stream.close();
        stream.close();
        assertThat(lastingMakers()).isZero();
        assertThatThrownBy(stream::next)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the batch stream is closed");
    }

    @Test
    void pass_on_what_the_data_set_throws_and_still_end_their_thread() throws InterruptedException {
        ImageDataset broken = new Broken(ten);
        try (Prefetch<ImageBatch> stream = new Batches(broken, 4, 0, false).from(0)) {
            assertThatThrownBy(stream::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("image is gone");
        }
        assertThat(lastingMakers()).isZero();
    }

    @Test
    void leave_native_memory_where_it_was() {
        try (Prefetch<ImageBatch> stream = fourMegabytesEach().from(0)) {
            drop(stream, 20);
            long grown = ResidentMemory.growth(64L << 20, () -> drop(stream, 1000)); // 4 GB in all
            assertThat(grown).isLessThan(64L << 20);
        }
    }

    @Test
    void free_what_was_made_and_not_taken() {
        Batches batches = fourMegabytesEach();
        openAndClose(batches, 100);
        long grown = ResidentMemory.growth(300L << 20, () -> openAndClose(batches, 300)); // at least 1.2 GB in all;
        assertThat(grown).isLessThan(300L << 20); // the C library keeps some for the threads that were
    }

    @Test
    void refuse_a_batch_of_none_and_a_batch_before_the_first() {
        assertThatThrownBy(() -> new Batches(ten, 0, 0, false)).hasMessage("batchSize must be at least 1, was 0");
        assertThatThrownBy(() -> new Batches(ten, 1, 0, false).batch(-1))
                .hasMessage("there is no batch -1; the first is 0");
    }

    private static Batches fourMegabytesEach() {
        return new Batches(InMemoryImages.ofBytes(List.of(new byte[1 << 20]), 1, 1024, 1024), 4, 0, false);
    }

    private static void openAndClose(Batches batches, int times) {
        for (int i = 0; i < times; i++) {
            batches.from(i).close();
        }
    }

    private static void drop(Prefetch<ImageBatch> stream, int count) {
        for (int i = 0; i < count; i++) {
            stream.next().close();
        }
    }

    private static byte[] pixels(Batches batches, long k) {
        try (ImageBatch batch = batches.batch(k)) {
            return TestImages.bytes(batch.images());
        }
    }

    private static List<Integer> ids(Batches batches, long k) {
        byte[] pixels = pixels(batches, k);
        return IntStream.range(0, pixels.length / 6)
                .mapToObj(j -> (int) pixels[6 * j])
                .toList();
    }

    /** For each image whether it is mirrored in the one batch that is an epoch. */
    private static boolean[] mirrored(Batches batches, long epoch) {
        byte[] pixels = pixels(batches, epoch);
        boolean[] mirrored = new boolean[pixels.length / 6];
        for (int j = 0; j < mirrored.length; j++) {
            boolean is = pixels[6 * j] > pixels[6 * j + 2];
            assertThat(pixels[6 * j + 3]).isEqualTo((byte) (is ? 8 : 100 + pixels[6 * j])); // every row, or none
            mirrored[is ? pixels[6 * j + 2] : pixels[6 * j]] = is;
        }
        return mirrored;
    }

    private static List<Thread> makers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("diffusion4j-batches") && thread.isAlive())
                .toList();
    }

    /** How many do not end: an executor has terminated a moment before its thread is gone. */
    private static long lastingMakers() throws InterruptedException {
        for (Thread maker : makers()) {
            maker.join(10_000);
        }
        return makers().size();
    }

    /** Throws where image 0 is read. */
    private record Broken(ImageDataset whole) implements ImageDataset {

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public int channels() {
            return whole.channels();
        }

        @Override
        public int height() {
            return whole.height();
        }

        @Override
        public int width() {
            return whole.width();
        }

        @Override
        public List<String> labelNames() {
            return List.of();
        }

        @Override
        public int label(int i) {
            return 0;
        }

        @Override
        public void copy(int i, ByteBuffer target) {
            throw new IllegalStateException("image is gone");
        }
    }
}
