package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("images in memory")
class InMemoryImagesTest {

    @Test
    void keep_bytes_shape_and_labels() {
        InMemoryImages data = TestImages.counted(5);
        assertThat(new int[] {data.size(), data.channels(), data.height(), data.width()})
                .containsExactly(5, 1, 2, 3);
        assertThat(TestImages.pixels(data, 4)).containsExactly(4, 5, 6, 104, 7, 8);
        assertThat(TestImages.labels(data)).containsExactly(0, 1, 2, 0, 1);
        assertThat(data.labelNames()).containsExactly("a", "b", "c");
    }

    @Test
    void are_found_again_across_the_chunks_of_the_store() {
        byte[] first = new byte[3 << 20];
        byte[] second = new byte[3 << 20];
        second[5] = 9;
        InMemoryImages data = InMemoryImages.ofBytes(List.of(first, second), 3, 1024, 1024);
        assertThat(TestImages.pixels(data, 0)).isEqualTo(first);
        assertThat(TestImages.pixels(data, 1)).isEqualTo(second);
    }

    @Test
    void round_floats_to_the_nearest_of_256_levels() {
        InMemoryImages data = InMemoryImages.ofFloats(List.of(new float[] {0, 0.4f / 255, 0.6f / 255, 1}), 1, 2, 2);
        assertThat(TestImages.pixels(data, 0)).containsExactly(0, 0, 1, 255);
    }

    @Test
    void take_pictures_plane_by_plane() {
        BufferedImage picture = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(0, 0, 0x010203);
        picture.setRGB(1, 0, 0xff8040);
        InMemoryImages data = InMemoryImages.ofImages(List.of(picture), false);
        assertThat(TestImages.pixels(data, 0)).containsExactly(1, 0xff, 2, 0x80, 3, 0x40);
    }

    @Test
    void weigh_colours_as_pillow_does_when_made_grey() {
        BufferedImage picture = new BufferedImage(4, 1, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(0, 0, 4, 1, new int[] {0xff0000, 0x00ff00, 0x0000ff, 0x0ac84d}, 0, 4);
        InMemoryImages data = InMemoryImages.ofImages(List.of(picture), true);
        assertThat(TestImages.pixels(data, 0)).containsExactly(76, 150, 29, 129); // Pillow 12.3, convert("L")
    }

    @Test
    void take_the_samples_of_grey_pictures_as_they_are() {
        BufferedImage picture = new BufferedImage(1, 2, BufferedImage.TYPE_BYTE_GRAY);
        picture.getRaster().setSample(0, 1, 0, 100);
        assertThat(TestImages.pixels(InMemoryImages.ofImages(List.of(picture), true), 0))
                .containsExactly(0, 100);
        assertThat(TestImages.pixels(InMemoryImages.ofImages(List.of(picture), false), 0))
                .containsExactly(0, 100, 0, 100, 0, 100);
    }

    @Test
    void bring_16_bits_of_grey_down_to_8() {
        BufferedImage picture = new BufferedImage(1, 2, BufferedImage.TYPE_USHORT_GRAY);
        picture.getRaster().setSample(0, 0, 0, 65535);
        picture.getRaster().setSample(0, 1, 0, 257 * 100);
        assertThat(TestImages.pixels(InMemoryImages.ofImages(List.of(picture), true), 0))
                .containsExactly(255, 100);
    }

    @Test
    void have_a_fingerprint_of_shape_pixels_and_labels_alone() {
        byte[] pixels = {1, 2, 3, 4};
        InMemoryImages data = InMemoryImages.ofBytes(List.of(pixels), 1, 2, 2);
        // Python: sha256(struct.pack(">5i", 1, 1, 2, 2, -1) + bytes([1, 2, 3, 4]))
        assertThat(data.fingerprint()).isEqualTo("235a4e89d05e667d383ea92beddb761bd67232ca5ab2b56a7d60c8e4419818f2");
        assertThat(InMemoryImages.ofBytes(List.of(pixels.clone()), 1, 2, 2).fingerprint())
                .isEqualTo(data.fingerprint());
        assertThat(InMemoryImages.ofBytes(List.of(pixels), 1, 1, 4).fingerprint())
                .isNotEqualTo(data.fingerprint());
        assertThat(data.withLabels(new int[] {0}, List.of("a")).fingerprint()).isNotEqualTo(data.fingerprint());
    }

    @Test
    void refuse_what_does_not_fit_and_say_which_image() {
        assertThatThrownBy(() -> InMemoryImages.ofBytes(List.of(), 1, 2, 2))
                .hasMessage("a data set needs at least one image");
        assertThatThrownBy(() -> InMemoryImages.ofBytes(List.of(new byte[4]), 1, 0, 2))
                .hasMessage("channels, height and width must be positive, were 1, 0, 2");
        assertThatThrownBy(() -> InMemoryImages.ofBytes(List.of(new byte[4], new byte[5]), 1, 2, 2))
                .hasMessage("image 1 has 5 values, expected 1×2×2 = 4");
        assertThatThrownBy(() -> InMemoryImages.ofFloats(List.of(new float[] {0.5f, 1.5f}), 1, 1, 2))
                .hasMessage("image 0 has the value 1.5, expected values in [0, 1]");
        assertThatThrownBy(() -> InMemoryImages.ofFloats(List.of(new float[] {Float.NaN}), 1, 1, 1))
                .hasMessage("image 0 has the value NaN, expected values in [0, 1]");
        assertThatThrownBy(() -> InMemoryImages.ofImages(
                        List.of(
                                new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB),
                                new BufferedImage(3, 1, BufferedImage.TYPE_INT_RGB)),
                        false))
                .hasMessage("image 1 is 3×1, the first is 2×1 (width×height); all must have one size");
    }

    @Test
    void refuse_labels_without_an_image_or_a_name() {
        InMemoryImages data = InMemoryImages.ofBytes(List.of(new byte[1], new byte[1]), 1, 1, 1);
        assertThatThrownBy(() -> data.label(0)).hasMessage("images in memory has no labels");
        assertThatThrownBy(() -> data.withLabels(new int[] {0}, List.of("a")))
                .hasMessage("there are 1 labels for 2 images");
        assertThatThrownBy(() -> data.withLabels(new int[] {0, 1}, List.of("a")))
                .hasMessage("label 1 of image 1 has no name; there are 1 names");
    }

    @Test
    void refuse_an_index_out_of_range_and_a_target_without_room() {
        InMemoryImages data = TestImages.counted(2);
        assertThatThrownBy(() -> data.copy(2, ByteBuffer.allocate(6))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> data.copy(0, ByteBuffer.allocate(5))).isInstanceOf(BufferOverflowException.class);
    }
}
