package org.diffusion4j.latent;

import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.data.captions.CaptionedImages;

/** Eight pictures of 8×8 pixels, each of one colour, which its captions name. */
public final class ColourSquares {

    public static final List<String> NAMES =
            List.of("black", "blue", "green", "cyan", "red", "pink", "yellow", "white");

    private static final int PIXELS = 8 * 8;

    private ColourSquares() {}

    /** All of them, each so many times. */
    public static CaptionedImages times(int times) {
        List<byte[]> pictures = new ArrayList<>();
        for (int i = 0; i < times * NAMES.size(); i++) {
            byte[] picture = new byte[3 * PIXELS];
            for (int p = 0; p < picture.length; p++) {
                picture[p] = (byte) (isLit(i % NAMES.size(), p / PIXELS) ? 255 : 0);
            }
            pictures.add(picture);
        }
        return CaptionedImages.of(InMemoryImages.ofBytes(pictures, 3, 8, 8), i -> {
            String name = NAMES.get(i % NAMES.size());
            return List.of(name, "a " + name + " square");
        });
    }

    /** Whether a colour has a channel: red, green or blue. */
    public static boolean isLit(int colour, int channel) {
        return (colour >> (2 - channel) & 1) == 1;
    }
}
