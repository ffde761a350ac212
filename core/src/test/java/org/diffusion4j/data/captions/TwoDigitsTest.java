package org.diffusion4j.data.captions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.TestImages;
import org.diffusion4j.data.captions.TwoDigits.Pair;
import org.diffusion4j.data.glyphs.Glyphs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Pictures of two digits")
class TwoDigitsTest {

    private final ImageDataset digits = Glyphs.draw(40, 5);

    @Test
    void show_two_digits_of_the_set_in_the_middle_of_their_halves() {
        TwoDigits data = new TwoDigits(digits, 50, 3, EnumSet.of(DataSplit.TRAIN));
        for (int i = 0; i < data.size(); i++) {
            byte[] picture = TestImages.pixels(data, i);
            assertThat(labelOf(picture, 0)).isEqualTo(data.pair(i).left());
            assertThat(labelOf(picture, TwoDigits.SIDE)).isEqualTo(data.pair(i).right());
        }
    }

    /** The class of the digit that stands there, pixel by pixel. */
    private int labelOf(byte[] picture, int from) {
        int margin = (TwoDigits.SIDE - digits.height()) / 2;
        for (int d = 0; d < digits.size(); d++) {
            byte[] digit = TestImages.pixels(digits, d);
            if (IntStream.range(0, digit.length)
                    .allMatch(k -> digit[k]
                            == picture[
                                    (margin + k / digits.width()) * 2 * TwoDigits.SIDE
                                            + from
                                            + margin
                                            + k % digits.width()])) {
                return digits.label(d);
            }
        }
        return -1;
    }

    @Test
    void are_described_from_either_side() {
        assertThat(new Pair(3, 8).captions()).containsExactly("a three left of an eight", "an eight right of a three");
    }

    @Test
    void keep_ten_pairs_for_the_test_in_which_each_digit_stands_on_each_side_once() {
        Set<Pair> trained = pairs(DataSplit.TRAIN);
        Set<Pair> tested = pairs(DataSplit.TEST);
        assertThat(trained).hasSize(90).doesNotContainAnyElementsOf(tested);
        assertThat(tested).hasSize(10);
        assertThat(tested.stream().map(Pair::left)).doesNotHaveDuplicates();
        assertThat(tested.stream().map(Pair::right)).doesNotHaveDuplicates();
    }

    private Set<Pair> pairs(DataSplit part) {
        TwoDigits data = new TwoDigits(digits, 3_000, 1, EnumSet.of(part));
        Set<Pair> pairs = new HashSet<>();
        IntStream.range(0, data.size()).mapToObj(data::pair).forEach(pairs::add);
        return pairs;
    }

    @Test
    void follow_from_the_seed_and_their_number() {
        TwoDigits one = new TwoDigits(digits, 20, 3, EnumSet.allOf(DataSplit.class));
        assertThat(new TwoDigits(digits, 20, 3, EnumSet.allOf(DataSplit.class)).fingerprint())
                .isEqualTo(one.fingerprint());
        assertThat(new TwoDigits(digits, 20, 4, EnumSet.allOf(DataSplit.class)).fingerprint())
                .isNotEqualTo(one.fingerprint());
        assertThat(TestImages.pixels(new TwoDigits(digits, 30, 3, EnumSet.allOf(DataSplit.class)), 7))
                .isEqualTo(TestImages.pixels(one, 7));
    }

    @Test
    void need_digits() {
        assertThatThrownBy(() -> new TwoDigits(TestImages.counted(4), 1, 0, EnumSet.allOf(DataSplit.class)))
                .hasMessageContaining("need ten classes and one channel");
        assertThatThrownBy(() -> new Pair(10, 0)).hasMessageContaining("digits are 0 to 9");
    }
}
