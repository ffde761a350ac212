package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("a subset")
class SubsetTest {

    private final InMemoryImages whole = TestImages.counted(10);

    @Test
    void shows_the_images_it_was_given_in_that_order() {
        Subset subset = new Subset(whole, 7, 2);
        assertThat(subset.size()).isEqualTo(2);
        assertThat(TestImages.pixels(subset, 0)).isEqualTo(TestImages.pixels(whole, 7));
        assertThat(TestImages.labels(subset)).containsExactly(1, 2);
        assertThat(subset.labelNames()).isEqualTo(whole.labelNames());
    }

    @Test
    void holds_out_the_last() {
        Subset.Split split = Subset.holdOutLast(whole, 3);
        assertThat(ids(split.training())).containsExactly(0, 1, 2, 3, 4, 5, 6);
        assertThat(ids(split.heldOut())).containsExactly(7, 8, 9);
    }

    @Test
    void holds_out_by_seed_each_image_once_and_the_same_each_time() {
        Subset.Split split = Subset.holdOutRandom(whole, 3, 5);
        assertThat(IntStream.concat(ids(split.training()), ids(split.heldOut())).sorted())
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(split.heldOut().fingerprint())
                .isEqualTo(Subset.holdOutRandom(whole, 3, 5).heldOut().fingerprint())
                .isNotEqualTo(Subset.holdOutRandom(whole, 3, 6).heldOut().fingerprint());
    }

    @Test
    void refuses_an_empty_part_and_an_image_that_is_not_there() {
        assertThatThrownBy(() -> Subset.holdOutLast(whole, 10))
                .hasMessage("cannot hold out 10 of the 10 images of images in memory");
        assertThatThrownBy(() -> Subset.holdOutRandom(whole, 0, 1))
                .hasMessage("cannot hold out 0 of the 10 images of images in memory");
        assertThatThrownBy(() -> new Subset(whole)).hasMessage("a subset of images in memory needs at least one image");
        assertThatThrownBy(() -> new Subset(whole, 0, 10))
                .hasMessage("there is no image 10 in images in memory; it has 10");
    }

    private static IntStream ids(ImageDataset data) {
        return IntStream.range(0, data.size()).map(i -> TestImages.pixels(data, i)[0]);
    }
}
