package org.diffusion4j.evaluate;

import org.diffusion4j.nn.Features;
import org.jspecify.annotations.Nullable;

/**
 * What pictures should be like, as one network sees it; the moments of its features are taken once. Closing it frees both. Not
 * thread-safe.
 */
public final class Reference implements AutoCloseable {

    private final Features seen;
    private @Nullable FeatureMoments moments;

    /**
     * What was seen.
     *
     * @param seen owned by this reference from now on
     */
    public Reference(Features seen) {
        this.seen = seen;
    }

    /** What was seen, lent. */
    public Features seen() {
        return seen;
    }

    /** Mean and covariance of the feature vectors, lent. */
    public FeatureMoments moments() {
        FeatureMoments taken = moments;
        if (taken == null) {
            taken = new FeatureMoments((int) seen.vectors().size(1));
            taken.add(seen.vectors());
            moments = taken;
        }
        return taken;
    }

    @Override
    public void close() {
        seen.vectors().close();
        seen.logits().close();
        if (moments != null) {
            moments.close();
        }
    }
}
