package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Seeded noise")
class SeededNoiseTest {

    private PointerScope scope;

    @BeforeEach
    void open() {
        Libtorch.start();
        scope = new PointerScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void philox_gives_the_authors_known_answers() {
        // Random123, tests/kat_vectors, philox4x32 with 10 rounds
        assertThat(philox(0L, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(philox(-1L, -1, -1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(philox(0x299f31d0a4093822L, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void a_sample_has_the_same_noise_in_every_batch() {
        double[] batch = values(new SeededNoise(7, 0).draw(3, like(ScalarType.Float, 5, 3, 4)));
        double[] alone = values(new SeededNoise(7, 2).draw(3, like(ScalarType.Float, 1, 3, 4)));
        double[] listed = values(new SeededNoise(List.of(new SeededNoise.Stream(9, 0), new SeededNoise.Stream(7, 2)))
                .draw(3, like(ScalarType.Float, 2, 3, 4)));

        assertThat(alone).containsExactly(row(batch, 2, 12));
        assertThat(row(listed, 1, 12)).containsExactly(alone);
    }

    @Test
    void another_seed_sample_or_step_has_other_noise() {
        Tensor one = like(ScalarType.Double, 1, 64);
        double[] reference = values(new SeededNoise(1, 1).draw(1, one));

        assertThat(values(new SeededNoise(2, 1).draw(1, one))).isNotEqualTo(reference);
        assertThat(values(new SeededNoise(1, 2).draw(1, one))).isNotEqualTo(reference);
        assertThat(values(new SeededNoise(1, 1).draw(2, one))).isNotEqualTo(reference);
        assertThat(values(new SeededNoise(1 + (1L << 40), 1).draw(1, one))).isNotEqualTo(reference);
        assertThat(values(new SeededNoise(1, 1 + (1L << 40)).draw(1, one))).isNotEqualTo(reference);
    }

    @Test
    void the_noise_of_a_seed_is_pinned_for_ever() {
        // a change here changes every image of every seed: a breaking change
        assertThat(values(new SeededNoise(42, 0).draw(NoiseStream.START, like(ScalarType.Double, 1, 5))))
                .containsExactly(
                        -0.9701897900197691,
                        0.19401895535991237,
                        -1.2356207433180222,
                        1.9239267497535832,
                        -0.07318150844555858);
    }

    @Test
    void float32_noise_is_float64_noise_rounded() {
        double[] wide = values(new SeededNoise(3, 0).draw(0, like(ScalarType.Double, 2, 7)));
        double[] narrow = values(new SeededNoise(3, 0).draw(0, like(ScalarType.Float, 2, 7)));

        for (int i = 0; i < wide.length; i++) {
            assertThat(narrow[i]).isEqualTo((float) wide[i]);
        }
    }

    @Test
    void is_unit_normal() {
        int n = 400_000;
        double[] z = values(new SeededNoise(11, 0).draw(0, like(ScalarType.Double, 4, n / 4)));
        double mean = 0;
        double square = 0;
        double cube = 0;
        double fourth = 0;
        double lag = 0;
        for (int i = 0; i < n; i++) {
            mean += z[i] / n;
            square += z[i] * z[i] / n;
            cube += z[i] * z[i] * z[i] / n;
            fourth += z[i] * z[i] * z[i] * z[i] / n;
            lag += z[i] * z[(i + 1) % n] / n;
        }
        double error = 1 / Math.sqrt(n); // of the mean; moments of order 2, 3, 4 have variances 2, 15, 96
        assertThat(mean).isBetween(-5 * error, 5 * error);
        assertThat(square - 1).isBetween(-5 * Math.sqrt(2) * error, 5 * Math.sqrt(2) * error);
        assertThat(cube).isBetween(-5 * Math.sqrt(15) * error, 5 * Math.sqrt(15) * error);
        assertThat(fourth - 3).isBetween(-5 * Math.sqrt(96) * error, 5 * Math.sqrt(96) * error);
        assertThat(lag).isBetween(-5 * error, 5 * error);
    }

    @Test
    void a_large_sample_begins_like_a_small_one() {
        double[] large =
                values(new SeededNoise(3, 0).draw(0, like(ScalarType.Float, 2, 3, 50, 61))); // more than one piece
        double[] small = values(new SeededNoise(3, 0).draw(0, like(ScalarType.Float, 2, 4095)));

        assertThat(Arrays.copyOf(large, 4095)).containsExactly(row(small, 0, 4095));
        assertThat(Arrays.copyOfRange(large, 9150, 9150 + 4095)).containsExactly(row(small, 1, 4095));
        assertThat(Arrays.stream(large).distinct().count()).isGreaterThan(18_290); // of 18,300
    }

    @Test
    void refuses_a_batch_with_more_rows_than_streams() {
        SeededNoise noise = new SeededNoise(List.of(new SeededNoise.Stream(1, 0)));

        assertThatThrownBy(() -> noise.draw(0, like(ScalarType.Float, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("noise for row 1 of a batch, but there are 1 streams");
    }

    private static int[] philox(long key, int c0, int c1, int c2, int c3) {
        int[] out = new int[4];
        Philox.block(key, c0, c1, c2, c3, out);
        return out;
    }

    private static Tensor like(ScalarType dtype, long... shape) {
        return torch.zeros(shape, new TensorOptions(dtype));
    }

    private static double[] values(Tensor tensor) {
        return Comparison.values(tensor);
    }

    private static double[] row(double[] values, int row, int size) {
        return Arrays.copyOfRange(values, row * size, (row + 1) * size);
    }
}
