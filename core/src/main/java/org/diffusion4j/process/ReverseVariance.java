package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.DidYouMean;

/** The variance of a reverse step: one of the two ends between which the true one lies (DDPM, section 3.2), or learned (IDDPM). */
public enum ReverseVariance {

    /** β̃, right for data that are one point. */
    FIXED_SMALL("fixed-small") {
        @Override
        public Tensor log(Denoised at, ReverseStep step) {
            return step.logSmall();
        }
    },

    /** β, right for data that are unit normal; β̃ in the step to the clean sample, as in DDPM's code. */
    FIXED_LARGE("fixed-large") {
        @Override
        public Tensor log(Denoised at, ReverseStep step) {
            return step.logSmall().where(step.toClean(), step.logLarge());
        }
    },

    /** What the network says. */
    LEARNED("learned") {
        @Override
        public Tensor log(Denoised at, ReverseStep step) {
            LogVariance learned = at.logVariance();
            require(learned != null, "the model has not learned a variance: choose fixed-small or fixed-large");
            return learned.of(step);
        }
    };

    private final String text;

    ReverseVariance(String text) {
        this.text = text;
    }

    /** Its logarithm: shaped as x, or as the step's own tensors where it is the same for all of x. */
    public abstract Tensor log(Denoised at, ReverseStep step);

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
