package org.diffusion4j.report;

import java.util.Locale;

/**
 * A colour for a number from 0, dark blue, to 1, yellow, that says the same to the colour-blind.
 *
 * <p>Nuñez, Anderton, Renslow, "Optimizing colormaps with consideration for color vision deficiency", PLOS ONE 2018; six of its colours,
 * and between them straight lines.
 */
public record Cividis(double share) {

    private static final int[] COLOURS = {0x00204d, 0x31446b, 0x666970, 0x958f78, 0xcbba69, 0xffea46};
    private static final double WHITE_BELOW = 0.5; // where white text is easier to read than black

    /** The colour, as in {@code #31446b}. */
    public String ground() {
        double place = Math.min(1, Math.max(0, share)) * (COLOURS.length - 1);
        int below = Math.min((int) place, COLOURS.length - 2);
        int colour = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int from = COLOURS[below] >> shift & 0xff;
            int to = COLOURS[below + 1] >> shift & 0xff;
            colour = colour << 8 | (int) Math.rint(from + (place - below) * (to - from));
        }
        return String.format(Locale.ROOT, "#%06x", colour);
    }

    /** The colour of text that can be read on it. */
    public String ink() {
        return share < WHITE_BELOW ? "#ffffff" : "#000000";
    }
}
