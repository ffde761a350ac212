package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("grey images in three channels")
class GreyImagesTest {

    private static final byte[] GREY = {1, 2, 1, 2, 1, 2};
    private static final byte[] COLOURED = {1, 2, 1, 2, 1, 3};

    @Test
    void have_one_channel() {
        ImageDataset grey = GreyImages.whereGrey(colours(GREY, GREY).withLabels(new int[] {1, 0}, List.of("a", "b")));
        assertThat(new int[] {grey.channels(), grey.height(), grey.width(), grey.size()})
                .containsExactly(1, 1, 2, 2);
        assertThat(TestImages.pixels(grey, 1)).containsExactly(1, 2);
        assertThat(TestImages.labels(grey)).containsExactly(1, 0);
    }

    @Test
    void stay_in_colour_where_one_has_any() {
        ImageDataset data = colours(GREY, COLOURED);
        assertThat(GreyImages.whereGrey(data)).isSameAs(data);
    }

    private static InMemoryImages colours(byte[]... images) {
        return InMemoryImages.ofBytes(List.of(images), 3, 1, 2);
    }
}
