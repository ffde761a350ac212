package org.diffusion4j.sample.lambda;

/**
 * How a solver of two nodes in lambda weighs the slope of its integrand. All agree to the second order; the papers found that the
 * inexact ones do better with few steps.
 */
public enum FirstMoment {

    /** The integral as it is: "taylor" in DPM-Solver's code, "heun" in diffusers, DEIS. */
    EXACT {
        @Override
        double of(LambdaStep step) {
            return step.moment(1);
        }
    },

    /** As if the kernel's weight lay in the middle: "dpmsolver" in DPM-Solver's code, "midpoint" in diffusers, B2(h) of UniPC. */
    MIDPOINT {
        @Override
        double of(LambdaStep step) {
            return step.moment(0) * step.h() / 2;
        }
    },

    /** As if the kernel were everywhere as at the end of the step: B1(h) of UniPC, SA-Solver's code. */
    FLAT {
        @Override
        double of(LambdaStep step) {
            return step.endKernel() * step.h() * step.h() / 2;
        }
    };

    /** The weight of the slope. */
    abstract double of(LambdaStep step);
}
