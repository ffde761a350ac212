package org.diffusion4j.diffusers;

import org.diffusion4j.sample.Clipped;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.Thresholded;

/** What a scheduler does to the model's x0 before it takes a step. */
@FunctionalInterface
interface X0Limit {

    X0Limit NONE = (model, eps) -> model;

    /** The model with its x0 so limited. */
    Denoiser of(Denoiser model, EpsAfterClipping eps);

    /** Thresholding or clipping where the keys ask for it, after which the noise agrees with x0. */
    static X0Limit recomputing(SchedulerKeys keys) {
        X0Limit limits = of(keys, false);
        return (model, eps) -> limits.of(model, EpsAfterClipping.RECOMPUTED);
    }

    /** Thresholding, else clipping, where the keys ask for it. */
    static X0Limit of(SchedulerKeys keys, boolean clipsByDefault) {
        double range = keys.number("clip_sample_range", 1);
        double ratio = keys.number("dynamic_thresholding_ratio", 0.995);
        double maxValue = keys.number("sample_max_value", 1);
        boolean clips = keys.flag("clip_sample", clipsByDefault);
        if (keys.flag("thresholding", false)) {
            return (model, eps) -> new Thresholded(model, ratio, maxValue, eps);
        }
        return clips ? (model, eps) -> new Clipped(model, range, eps) : NONE;
    }
}
