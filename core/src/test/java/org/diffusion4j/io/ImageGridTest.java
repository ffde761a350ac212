package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A grid of images")
class ImageGridTest {

    @Test
    void lays_images_in_rows_with_black_between() {
        BufferedImage grid = ImageGrid.of(List.of(dot(1), dot(2), dot(3)), 2, 1);
        assertThat(grid.getWidth()).isEqualTo(5);
        assertThat(grid.getRaster().getPixels(0, 0, 5, 5, (int[]) null))
                .containsExactly(
                        0, 0, 0, 0, 0, //
                        0, 1, 0, 2, 0, //
                        0, 0, 0, 0, 0, //
                        0, 3, 0, 0, 0, //
                        0, 0, 0, 0, 0);
    }

    @Test
    void lays_other_images_below_those_that_they_belong_to() {
        BufferedImage grid = ImageGrid.inPairs(List.of(dot(1), dot(2), dot(3)), List.of(dot(4), dot(5), dot(6)), 2, 0);
        assertThat(grid.getRaster().getPixels(0, 0, 2, 4, (int[]) null))
                .containsExactly(
                        1, 2, //
                        4, 5, //
                        3, 0, //
                        6, 0);
        assertThatThrownBy(() -> ImageGrid.inPairs(List.of(dot(1)), List.of(), 2, 0))
                .hasMessage("as many images are needed below as above: 1, was 0");
    }

    @Test
    void is_no_wider_than_its_images() {
        assertThat(ImageGrid.of(List.of(dot(1), dot(2)), 10, 0).getWidth()).isEqualTo(2);
    }

    @Test
    void keeps_colours() {
        BufferedImage red = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        red.setRGB(0, 0, 0xfe0102);
        assertThat(ImageGrid.of(List.of(red), 1, 1).getRGB(1, 1)).isEqualTo(0xfffe0102);
    }

    @Test
    void refuses_images_that_differ() {
        BufferedImage wide = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        assertThatThrownBy(() -> ImageGrid.of(List.of(dot(1), wide), 2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the images of a grid must be of one size and type, image 1 differs from image 0");
    }

    private static BufferedImage dot(int level) {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, level);
        return image;
    }
}
