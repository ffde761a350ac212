package org.diffusion4j.sample;

import java.util.List;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.schedule.Posterior;

/** What DDIM's eta multiplies. All agree at eta 0; the first two also at eta 1. */
public enum EtaRule {

    /** {@code sigma = eta·√β̃} (DDIM, equation 16, and every library). */
    DEVIATION("deviation") {
        @Override
        public double room(double eta, Posterior step) {
            return eta * Math.sqrt(step.variance());
        }
    },

    /** {@code sigma² = eta·β̃} (the MNIST hand-out). */
    VARIANCE("variance") {
        @Override
        public double room(double eta, Posterior step) {
            return Math.sqrt(eta * step.variance());
        }
    },

    /** DDIM's larger sigma-hat: the noise is {@code eta·√β}, while the direction to x_t stays that of {@link #DEVIATION}. */
    SIGMA_HAT("sigma-hat") {
        @Override
        public double room(double eta, Posterior step) {
            return DEVIATION.room(eta, step);
        }

        @Override
        public double noise(double eta, Posterior step) {
            return eta * Math.sqrt(step.stepVariance());
        }
    };

    private final String text;

    EtaRule(String text) {
        this.text = text;
    }

    /** The standard deviation for which the direction to x_t makes room. */
    public abstract double room(double eta, Posterior step);

    /** The standard deviation of the noise that is added. */
    public double noise(double eta, Posterior step) {
        return room(eta, step);
    }

    /**
     * The rule of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static EtaRule named(String name) {
        return DidYouMean.choose("eta rule", name, List.of(values()));
    }

    /** The name, as {@link #named} takes it. */
    @Override
    public String toString() {
        return text;
    }
}
