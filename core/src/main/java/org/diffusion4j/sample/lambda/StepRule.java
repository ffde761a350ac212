package org.diffusion4j.sample.lambda;

import org.bytedeco.pytorch.Tensor;

/**
 * How a solver that chooses its steps judges an attempt: by the difference of two orders, each element as a share of its tolerance.
 * Without state; what a rule remembers lives in its {@link Judge}.
 */
public interface StepRule {

    /**
     * The rule of DPM-Solver's authors: every sample must stay within the tolerance, and the next step is 0.9 of the longest that would
     * have (Jolicoeur-Martineau et al., "Gotta Go Fast When Generating Data with Score-Based Models", 2021).
     */
    StepRule EVERY_SAMPLE = new StepRule() {
        private static final double SAFETY = 0.9;

        @Override
        public double size(Tensor error) {
            return error.square().flatten(1, -1).mean(1).sqrt().max().item_double();
        }

        @Override
        public Judge judge(double order, double first) {
            return (size, taken) -> new Verdict(size <= 1, SAFETY * taken * Math.pow(size, -1.0 / order));
        }

        @Override
        public String toString() {
            return "every sample";
        }
    };

    /** The error of a batch {@code [batch, …]} as one number, 1 where it is just allowed. */
    double size(Tensor error);

    /**
     * The judge of one call's attempts.
     *
     * @param first the length of the first
     */
    Judge judge(double order, double first);

    /** Judges attempts in the order in which they are made, each by its error's size and its length, which the end may have cut short. */
    @FunctionalInterface
    interface Judge {
        Verdict of(double size, double taken);
    }

    /**
     * What follows from an attempt.
     *
     * @param accepted whether it is a step
     * @param next how long the next attempt is
     */
    record Verdict(boolean accepted, double next) {}
}
