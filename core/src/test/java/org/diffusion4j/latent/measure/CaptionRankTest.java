package org.diffusion4j.latent.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The rank of a picture's own caption")
class CaptionRankTest {

    @Test
    void is_first_where_no_other_fits_better_and_equal_captions_are_one() {
        List<float[]> texts = List.of(
                new float[] {1, 0}, new float[] {0, 1}, new float[] {0, 1}, new float[] {0.6f, 0.8f}, new float[] {-1, 0
                });
        List<float[]> pictures = List.of(
                new float[] {1, 0}, // its own
                new float[] {0, 1}, // its own, which two have
                new float[] {1, 0}, // two others fit better
                new float[] {0, 1},
                new float[] {1, 0});
        CaptionRank rank = CaptionRank.of(texts, pictures);
        assertThat(rank.count()).isEqualTo(5);
        assertThat(rank.first()).isCloseTo(2 / 5.0, within(1e-12));
        assertThat(rank.firstFive()).isEqualTo(1);
        assertThat(rank.clipScore()).isCloseTo(100 * (1 + 1 + 0 + 0.8 - 1) / 5, within(1e-4));
    }

    @Test
    void is_beyond_five_where_five_others_fit_better() {
        float[] picture = {1, 0};
        List<float[]> texts = List.of(
                new float[] {0.1f, 0},
                new float[] {0.2f, 0},
                new float[] {0.3f, 0},
                new float[] {0.4f, 0},
                new float[] {0.5f, 0},
                new float[] {0.6f, 0});
        CaptionRank rank = CaptionRank.of(texts, List.of(picture, picture, picture, picture, picture, picture));
        assertThat(rank.first()).isCloseTo(1 / 6.0, within(1e-12));
        assertThat(rank.firstFive()).isCloseTo(5 / 6.0, within(1e-12));
        assertThatThrownBy(() -> CaptionRank.of(texts, List.of(picture)))
                .hasMessageContaining("there are 1 pictures and 6 captions");
    }
}
