package org.diffusion4j.train.score;

import org.diffusion4j.train.TimeSampler;

/** Draws times between the clean sample and noise for a {@link ContinuousLoss}. */
public interface ContinuousTimes extends TimeSampler {

    /**
     * The time at a share of the range that is drawn, for losses that are to be compared.
     *
     * @param share in [0, 1)
     */
    double timeAt(double share);
}
