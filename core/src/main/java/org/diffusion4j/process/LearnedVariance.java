package org.diffusion4j.process;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.DidYouMean;

/** How a network that has learned the variance of the reverse step says it, in a second half of its output channels. */
public enum LearnedVariance {

    /**
     * v ∈ [−1, 1] between the two ends: {@code log Σ = f·log β + (1 − f)·log β̃} with {@code f = (v + 1)/2} (Nichol, Dhariwal 2021,
     * equation 15; there f itself is the output).
     */
    RANGE("learned-range") {
        @Override
        Tensor log(Tensor output, ReverseStep step) {
            Tensor share = output.add(new Scalar(1)).div(new Scalar(2));
            return step.logSmall().add(share.mul(step.logLarge().sub(step.logSmall())));
        }
    },

    /** The log-variance itself (IDDPM's code, "LEARNED"); it depends on the steps that were trained. */
    LOG("learned-log") {
        @Override
        Tensor log(Tensor output, ReverseStep step) {
            return output;
        }
    },

    /** The variance itself (diffusers, "learned"). */
    VALUE("learned") {
        @Override
        Tensor log(Tensor output, ReverseStep step) {
            return output.log();
        }
    };

    private final String text;

    LearnedVariance(String text) {
        this.text = text;
    }

    abstract Tensor log(Tensor output, ReverseStep step);

    /** What this half of the output channels says; borrowed. */
    public LogVariance of(Tensor output) {
        return step -> log(output, step);
    }

    /**
     * The form of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static LearnedVariance named(String name) {
        return DidYouMean.choose("learned variance", name, List.of(values()));
    }

    /** The name, as {@link #named} takes it. */
    @Override
    public String toString() {
        return text;
    }
}
