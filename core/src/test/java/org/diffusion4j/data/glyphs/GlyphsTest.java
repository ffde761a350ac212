package org.diffusion4j.data.glyphs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Subset;
import org.diffusion4j.data.TestImages;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("the built-in digits")
class GlyphsTest {

    @Test
    void are_the_same_pixels_on_every_machine() {
        assertThat(Glyphs.draw(1000, 0).fingerprint())
                .isEqualTo("5787eaec22256e8f462da2c937a62d7d0d430b56c59f250908faa496c83d0ad8");
    }

    @Test
    void depend_on_seed_and_index_alone() {
        ImageDataset few = Glyphs.draw(20, 7);
        ImageDataset more = Glyphs.draw(40, 7);
        assertThat(new Subset(more, IntStream.range(0, 20).toArray()).fingerprint())
                .isEqualTo(few.fingerprint());
        assertThat(Glyphs.draw(20, 8).fingerprint()).isNotEqualTo(few.fingerprint());
    }

    @Test
    void come_in_a_training_part_and_a_test_part_with_every_digit_equally_often() {
        ImageDataset train = Glyphs.open(DataSplit.TRAIN);
        ImageDataset test = Glyphs.open(DataSplit.TEST);
        assertThat(train.size()).isEqualTo(10_000);
        assertThat(test.size()).isEqualTo(1_000);
        assertThat(IntStream.of(TestImages.labels(train))
                        .filter(label -> label == 3)
                        .count())
                .isEqualTo(1000);
        assertThat(TestImages.pixels(train, 0)).isNotEqualTo(TestImages.pixels(test, 0));
    }

    @Test
    void lie_white_on_black_in_the_middle_of_the_page_as_in_mnist() {
        ImageDataset digits = Glyphs.draw(1000, 0);
        double ink = 0;
        for (int i = 0; i < digits.size(); i++) {
            byte[] pixels = TestImages.pixels(digits, i);
            int brightest = 0;
            for (int at = 0; at < pixels.length; at++) {
                int x = at % 28;
                int y = at / 28;
                int value = pixels[at] & 0xff;
                ink += value / 255.0;
                brightest = Math.max(brightest, value);
                if (Math.min(x, y) == 0 || Math.max(x, y) == 27) {
                    assertThat(value).as("image %s at %s, %s", i, x, y).isZero();
                }
            }
            assertThat(brightest).as("image %s", i).isGreaterThan(200);
        }
        assertThat(ink / digits.size() / 784).isBetween(0.10, 0.13); // 0.112; MNIST: 0.131
    }

    @Test
    void are_told_apart_by_the_nearest_centroid_but_not_all_of_them() {
        ImageDataset train = Glyphs.draw(1000, 0);
        ImageDataset test = Glyphs.open(DataSplit.TEST);
        double[][] centroids = new double[10][784];
        for (int i = 0; i < train.size(); i++) {
            byte[] pixels = TestImages.pixels(train, i);
            for (int at = 0; at < 784; at++) {
                centroids[train.label(i)][at] += (pixels[at] & 0xff) / 100.0;
            }
        }
        long right = IntStream.range(0, test.size())
                .filter(i -> nearest(centroids, TestImages.pixels(test, i)) == test.label(i))
                .count();
        assertThat(right).isBetween(800L, 920L); // of 1000: 859; MNIST: 82 %
    }

    private static int nearest(double[][] centroids, byte[] pixels) {
        int best = 0;
        double least = Double.MAX_VALUE;
        for (int digit = 0; digit < 10; digit++) {
            double distance = 0;
            for (int at = 0; at < 784; at++) {
                double difference = centroids[digit][at] - (pixels[at] & 0xff);
                distance += difference * difference;
            }
            if (distance < least) {
                least = distance;
                best = digit;
            }
        }
        return best;
    }

    @Test
    void refuse_to_be_none() {
        assertThatThrownBy(() -> Glyphs.draw(0, 0)).hasMessage("size must be at least 1, was 0");
    }
}
