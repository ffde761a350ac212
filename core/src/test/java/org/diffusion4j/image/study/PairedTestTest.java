package org.diffusion4j.image.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A paired test")
class PairedTestTest {

    @Test
    void has_the_critical_values_of_students_table() {
        // two-sided 5 %, 1 %, and closed forms: df 1 is Cauchy, df 2 has p = 1 - t / sqrt(2 + t²)
        assertThat(PairedTest.twoSided(2.776445105, 4)).isCloseTo(0.05, within(1e-9));
        assertThat(PairedTest.twoSided(4.604094871, 4)).isCloseTo(0.01, within(1e-9));
        assertThat(PairedTest.twoSided(1.959963985, 1e8)).isCloseTo(0.05, within(1e-7));
        assertThat(PairedTest.twoSided(1, 1)).isCloseTo(0.5, within(1e-12));
        assertThat(PairedTest.twoSided(-7, 2)).isCloseTo(1 - 7 / Math.sqrt(51), within(1e-12));
        assertThat(PairedTest.twoSided(0.3, 2)).isCloseTo(1 - 0.3 / Math.sqrt(2.09), within(1e-12));
        assertThat(PairedTest.twoSided(0, 3)).isEqualTo(1);
    }

    @Test
    void compares_the_mean_of_the_differences_with_their_spread() {
        PairedTest test = PairedTest.of(SeedSpread.of(1, 2, 3)); // mean 2, standard error 1/√3
        assertThat(test.t()).isCloseTo(2 * Math.sqrt(3), within(1e-12));
        assertThat(test.degrees()).isEqualTo(2);
        assertThat(test.p()).isCloseTo(1 - 2 * Math.sqrt(3) / Math.sqrt(14), within(1e-12));
    }

    @Test
    void needs_two_differences_and_takes_those_without_spread() {
        assertThat(PairedTest.of(SeedSpread.of(0, 0)).p()).isEqualTo(1);
        assertThat(PairedTest.of(SeedSpread.of(3, 3)).p()).isZero();
        assertThatThrownBy(() -> PairedTest.of(SeedSpread.of(1)))
                .hasMessage("a test needs at least two differences, was given 1");
    }

    @Test
    void holds_after_holm_only_up_to_the_first_that_fails() {
        List<PairedTest> family = DoubleStream.of(0.04, 0.001, 0.03, 0.012)
                .mapToObj(p -> new PairedTest(1, 4, p))
                .toList();
        // 0.001 <= 0.05/4, 0.012 <= 0.05/3, 0.03 > 0.05/2: 0.04 is not asked any more
        assertThat(PairedTest.holding(family, 0.05)).extracting(PairedTest::p).containsExactly(0.001, 0.012);
    }

    @Test
    void has_the_deviation_of_a_sample() {
        assertThat(SeedSpread.of(1, 2, 3).std()).isEqualTo(1);
        assertThat(SeedSpread.of(5).hasStd()).isFalse();
    }
}
