package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Looks at samples on their way")
class LooksTest {

    @ParameterizedTest(name = "ways of {0} steps and of 3")
    @ValueSource(ints = {1, 4, 5, 9, 10, 11, 100, 1000})
    void are_as_many_for_all_from_the_first_to_the_last_where_ways_are_of_unknown_and_unequal_length(int steps) {
        Looks looks = new Looks(5);
        for (int i = 0; i < steps; i++) {
            looks.keepThinned(0, i, List.of(picture(i + 1)));
        }
        for (int i = 0; i < 3; i++) {
            looks.keepThinned(1, i, List.of(picture(i + 1)));
        }
        List<List<BufferedImage>> ways = looks.ofEqualLength();

        assertThat(ways).allMatch(way -> way.size() == Math.min(5, Math.max(steps, 3)));
        List<Integer> seen = ways.get(0).stream().map(BufferedImage::getWidth).toList();
        assertThat(seen).isSorted().first().isEqualTo(1);
        assertThat(seen).last().isEqualTo(steps);
        for (int k = 1; k < seen.size(); k++) { // evenly, but for what thinning rounds
            assertThat(seen.get(k) - seen.get(k - 1)).isLessThanOrEqualTo(1 + 2 * steps / seen.size());
        }
    }

    /** A picture that is known by its width. */
    private static BufferedImage picture(int number) {
        return new BufferedImage(number, 1, BufferedImage.TYPE_BYTE_GRAY);
    }
}
