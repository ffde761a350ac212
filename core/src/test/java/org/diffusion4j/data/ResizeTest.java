package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Expected values: Pillow 12.3, {@code ImageOps.fit(image, (side, side), Image.BILINEAR)}. */
@DisplayName("resizing")
class ResizeTest {

    /** 8 wide, 6 high: (97·y + 61·x) mod 256. */
    private static final PixelPlanes IMAGE = image();

    @Test
    void smaller_is_pillows_fit() {
        int[] pillow = {111, 142, 145, 122, 171, 111, 149, 136, 150, 153, 103, 153, 125, 138, 141, 118};
        agrees(Resize.toSquare(IMAGE, 4), pillow);
    }

    @Test
    void larger_is_pillows_fit() {
        int[] pillow = {
            51, 92, 132, 173, 214, 211, 82, 80, 120, 100, 141, 159, 115, 135, 153, 109, 129, 147, 164, 184, 167, 66, 71,
            111, 152, 172, 155, 229, 163, 89, 102, 136, 176, 217, 151, 77, 166, 143, 119, 160, 137, 113, 154, 131, 107,
            102, 143, 176, 189, 116, 49, 90, 131, 164, 167, 208, 212, 111, 95, 114, 155, 196, 200, 125, 145, 163, 119,
            139, 157, 113, 133, 151, 67, 65, 105, 146, 187, 184, 55, 53, 93
        };
        agrees(Resize.toSquare(IMAGE, 9), pillow);
    }

    @Test
    void to_the_size_it_has_changes_nothing() {
        PixelPlanes square = Resize.toSquare(IMAGE, 5);
        assertThat(Resize.toSquare(square, 5)).isSameAs(square);
    }

    @Test
    void treats_each_channel_alike() {
        byte[] three = new byte[3 * 48];
        System.arraycopy(IMAGE.bytes(), 0, three, 48, 48);
        byte[] resized = Resize.toSquare(new PixelPlanes(3, 6, 8, three), 4).bytes();
        byte[] alone = Resize.toSquare(IMAGE, 4).bytes();
        assertThat(resized).startsWith(new byte[16]).containsSequence(alone).endsWith(new byte[16]);
    }

    /** Pillow rounds after each of its two passes, we once: at most one level apart. */
    private static void agrees(PixelPlanes resized, int[] pillow) {
        assertThat(resized.bytes()).hasSize(pillow.length);
        for (int i = 0; i < pillow.length; i++) {
            assertThat(resized.bytes()[i] & 0xff).as("pixel %s", i).isCloseTo(pillow[i], within(1));
        }
    }

    private static PixelPlanes image() {
        byte[] bytes = new byte[48];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (97 * (i / 8) + 61 * (i % 8));
        }
        return new PixelPlanes(1, 6, 8, bytes);
    }
}
