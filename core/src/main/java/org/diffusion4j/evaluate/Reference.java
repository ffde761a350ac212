package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.vision.Features;
import org.jspecify.annotations.Nullable;

/**
 * What pictures should be like, as one network sees it; the moments of its features are taken once. Closing it frees both. Not
 * thread-safe.
 */
public final class Reference implements AutoCloseable {

    private final Features seen;
    private @Nullable FeatureMoments moments;
    private @Nullable FeatureMoments spatialMoments;

    /**
     * What was seen.
     *
     * @param seen owned by this reference from now on
     */
    public Reference(Features seen) {
        this.seen = seen;
    }

    /** What was seen, borrowed. */
    public Features seen() {
        return seen;
    }

    /** Mean and covariance of the feature vectors, borrowed. */
    public FeatureMoments moments() {
        FeatureMoments taken = moments == null ? FeatureMoments.of(seen.vectors()) : moments;
        moments = taken;
        return taken;
    }

    /**
     * Mean and covariance of what is where, borrowed.
     *
     * @throws IllegalArgumentException if the network gives no such features
     */
    public FeatureMoments spatialMoments() {
        FeatureMoments taken = spatialMoments == null ? FeatureMoments.of(spatial(seen)) : spatialMoments;
        spatialMoments = taken;
        return taken;
    }

    /** The spatial features of what was seen. */
    static Tensor spatial(Features seen) {
        Tensor spatial = seen.spatial();
        require(
                spatial != null,
                "sfid needs a network that says what is where, such as FID's Inception network; name its weights with --inception FILE");
        return spatial;
    }

    @Override
    public void close() {
        seen.close();
        if (moments != null) {
            moments.close();
        }
        if (spatialMoments != null) {
            spatialMoments.close();
        }
    }
}
