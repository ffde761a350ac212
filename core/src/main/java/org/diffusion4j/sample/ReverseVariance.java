package org.diffusion4j.sample;

import java.util.List;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.schedule.Posterior;

/** The variance of the ancestral sampler's step; the two ends between which the true one lies (DDPM, section 3.2). */
public enum ReverseVariance {

    /** β̃, right for data that are one point. */
    FIXED_SMALL("fixed-small") {
        @Override
        double of(Posterior step) {
            return step.variance();
        }
    },

    /** β, right for data that are unit normal. */
    FIXED_LARGE("fixed-large") {
        @Override
        double of(Posterior step) {
            return step.stepVariance();
        }
    };

    private final String text;

    ReverseVariance(String text) {
        this.text = text;
    }

    abstract double of(Posterior step);

    /**
     * The variance of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ReverseVariance named(String name) {
        return DidYouMean.choose("variance", name, List.of(values()));
    }

    /** The name, as {@link #named} takes it. */
    @Override
    public String toString() {
        return text;
    }
}
