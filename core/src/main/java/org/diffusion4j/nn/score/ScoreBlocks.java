package org.diffusion4j.nn.score;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Of which blocks a {@link ScoreUNet} is built. */
public enum ScoreBlocks {
    /** NCSN++ and DDPM++: residual blocks change the size, and residual sums are divided by √2. */
    NCSNPP(null, 1e-6, Math.sqrt(2)),
    /** The same with the blocks of DDPM: the size is changed by the filter alone. */
    NCSNPP_FILTERED(null, 1e-6, Math.sqrt(2)),
    /** DDPM as score SDEs have it: the size is changed by convolutions; on the way up there is one attention a level. */
    DDPM(32, 1e-6, 1),
    /** ADM as EDM has it: the noise level scales and shifts, heads are 64 wide, and each block on the way up attends. */
    ADM(null, 1e-5, 1);

    private static final int ADM_HEAD = 64;

    private final @Nullable Integer groups;
    private final double eps;
    private final double divisor;

    ScoreBlocks(@Nullable Integer groups, double eps, double divisor) {
        this.groups = groups;
        this.eps = eps;
        this.divisor = divisor;
    }

    /** Groups of a norm of so many channels. */
    int groups(int channels) {
        return groups != null ? groups : Math.min(channels / 4, 32);
    }

    double eps() {
        return eps;
    }

    /** What residual sums are divided by. */
    double divisor() {
        return divisor;
    }

    /** Heads of attention over so many channels; 0 where there is no attention. */
    int heads(int channels) {
        return this == ADM ? channels / ADM_HEAD : 1;
    }

    /** Whether a residual block changes the size. */
    boolean resamplesInBlocks() {
        return this == NCSNPP || this == ADM;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
