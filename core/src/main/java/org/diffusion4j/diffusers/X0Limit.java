package org.diffusion4j.diffusers;

import org.diffusion4j.sample.Clipped;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.Thresholded;

/** What a scheduler does to the model's x0 before it takes a step. */
@FunctionalInterface
public interface X0Limit {

    X0Limit NONE = (model, eps) -> model;

    /** The model with its x0 so limited. */
    Denoiser of(Denoiser model, EpsAfterClipping eps);

    /** The same, after which the noise always agrees with x0. */
    default X0Limit consistent() {
        return (model, eps) -> of(model, EpsAfterClipping.RECOMPUTED);
    }

    /** Thresholding, else clipping, where the keys ask for it. */
    static X0Limit of(SchedulerKeys keys, boolean clipsByDefault) {
        X0Limit clipped = clipping(keys, clipsByDefault);
        X0Limit thresholded = thresholded(keys);
        return keys.flag("thresholding", false) ? thresholded : clipped;
    }

    /** Clipping where the keys ask for it. */
    static X0Limit clipping(SchedulerKeys keys, boolean byDefault) {
        double range = keys.number("clip_sample_range", 1);
        return keys.flag("clip_sample", byDefault) ? (model, eps) -> new Clipped(model, range, eps) : NONE;
    }

    /**
     * Thresholding where the keys ask for it, after which the noise agrees with x0: the rule of solvers, which clipping would
     * cost their order.
     */
    static X0Limit thresholding(SchedulerKeys keys) {
        X0Limit thresholded = thresholded(keys);
        return keys.flag("thresholding", false) ? thresholded.consistent() : NONE;
    }

    private static X0Limit thresholded(SchedulerKeys keys) {
        double ratio = keys.number("dynamic_thresholding_ratio", 0.995);
        double maxValue = keys.number("sample_max_value", 1);
        return (model, eps) -> new Thresholded(model, ratio, maxValue, eps);
    }
}
