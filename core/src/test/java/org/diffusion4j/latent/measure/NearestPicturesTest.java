package org.diffusion4j.latent.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The pictures that are nearest")
class NearestPicturesTest {

    private static final ImageDataset AMONG =
            InMemoryImages.ofBytes(List.of(of(0, 0), of(100, 200), of(255, 255)), 1, 1, 2);

    private static byte[] of(int... values) {
        return new byte[] {(byte) values[0], (byte) values[1]};
    }

    @Test
    void are_those_with_the_smallest_difference_of_values_of_which_bytes_above_127_are_no_negative_ones() {
        NearestPictures found = NearestPictures.of(List.of(of(103, 196), of(250, 250), of(1, 0)), AMONG);
        assertThat(found.found()).extracting(NearestPictures.Found::index).containsExactly(1, 2, 0);
        assertThat(found.found().get(0).distance()).isCloseTo(Math.sqrt((9 + 16) / 2.0) / 255, within(1e-12));
        assertThat(found.median()).isCloseTo(Math.sqrt((9 + 16) / 2.0) / 255, within(1e-12));
    }

    @Test
    void tell_copies_from_pictures_that_are_as_far_away_as_unseen_ones() {
        NearestPictures unseen = NearestPictures.of(List.of(of(50, 90), of(60, 80), of(200, 100)), AMONG);
        assertThat(NearestPictures.of(List.of(of(100, 201), of(50, 90), of(40, 100), of(0, 1)), AMONG)
                        .copies(unseen))
                .isEqualTo(0.5);
    }

    @Test
    void are_of_one_size() {
        assertThatThrownBy(() -> NearestPictures.of(List.of(new byte[3]), AMONG))
                .hasMessage("a picture has 3 values, the others 2");
        assertThatThrownBy(() -> NearestPictures.of(List.of(), AMONG)).hasMessage("there is no picture to look for");
    }
}
