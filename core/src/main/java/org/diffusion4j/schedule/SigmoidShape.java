package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

/**
 * The part of a sigmoid that alphaBar follows in {@link BetaCurve#SIGMOID_ALPHA_BAR}: falling from {@code start/tau} to
 * {@code end/tau}, moved and scaled to go from 1 to 0.
 *
 * <p>Jabri, Fleet, Chen, "Scalable Adaptive Computation for Iterative Generation", 2022, algorithm 2.
 *
 * @param tau the temperature, above 0: the smaller, the sooner alphaBar falls
 */
public record SigmoidShape(double start, double end, double tau) {

    /** From −3 to 3 at temperature 1, as in the paper. */
    public static final SigmoidShape PUBLISHED = new SigmoidShape(-3, 3, 1);

    public SigmoidShape {
        require(
                start < end && tau > 0 && Double.isFinite(end - start) && sigmoid(start / tau) < sigmoid(end / tau),
                "a sigmoid needs start < end and tau > 0, were %s, %s and %s",
                start,
                end,
                tau);
    }

    /** alphaBar at u = t/T in [0, 1]. */
    double alphaBar(double u) {
        double last = sigmoid(end / tau);
        return (last - sigmoid((start + u * (end - start)) / tau)) / (last - sigmoid(start / tau));
    }

    static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }
}
