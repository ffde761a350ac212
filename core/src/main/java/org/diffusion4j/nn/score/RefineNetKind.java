package org.diffusion4j.nn.score;

import java.util.List;
import java.util.Locale;

/** Which of the authors' score networks a {@link RefineNet} is. */
public enum RefineNetKind {
    /** {@code CondRefineNetDilated} of NCSN, {@code NCSN} in the code of NCSNv2: every norm knows the level. */
    NCSN(true, false, List.of(1, 2, 2, 2), 1),
    /** {@code NCSNv2}: the level only divides the output. */
    NCSNV2(false, true, List.of(1, 2, 2, 2), 1),
    /** {@code NCSNv2Deeper}: one stage more, for larger images. */
    NCSNV2_DEEPER(false, true, List.of(1, 2, 2, 4, 4), 2);

    private final boolean conditional;
    private final boolean dividesBySigma;
    private final List<Integer> multipliers;
    private final int halvings;

    RefineNetKind(boolean conditional, boolean dividesBySigma, List<Integer> multipliers, int halvings) {
        this.conditional = conditional;
        this.dividesBySigma = dividesBySigma;
        this.multipliers = multipliers;
        this.halvings = halvings;
    }

    /** Whether the norms know the level, and pools are means. */
    boolean conditional() {
        return conditional;
    }

    boolean dividesBySigma() {
        return dividesBySigma;
    }

    /** The width of each stage as a multiple of the first. */
    List<Integer> multipliers() {
        return multipliers;
    }

    /** How often the size is halved; later stages have dilated convolutions instead. */
    int halvings() {
        return halvings;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
