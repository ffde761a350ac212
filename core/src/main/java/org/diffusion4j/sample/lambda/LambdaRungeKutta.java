package org.diffusion4j.sample.lambda;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.sample.History;

/**
 * The stages of singlestep solvers in lambda: each goes from the begin of the step, over the polynomial through the values at the
 * begin and at the stages before it.
 *
 * @param first the weight of the slope of a step of order 2; one of order 3 leaves its second stage out of the end where this is not
 *     {@code EXACT}
 * @param middle the weight of the slope in the second stage of order 3
 */
record LambdaRungeKutta(FirstMoment first, FirstMoment middle) {

    /**
     * x after a stage.
     *
     * @param step from the begin of the Runge-Kutta step to where this stage goes
     * @param x at the begin
     * @param nodes lambda of the values so far less that at the begin; 1, 2 or 3, the first of them 0
     * @param values newest first, at least as many
     * @param inside whether this is the second stage of order 3, not the end of order 2
     * @param address of the draw, which is made where the step has noise
     */
    Tensor end(
            LambdaStep step, Tensor x, double[] nodes, History values, boolean inside, NoiseStream noise, int address) {
        LambdaPolynomial through = new LambdaPolynomial();
        if (Double.isInfinite(step.h())) { // to the clean sample, or from pure noise
            through.through(0, values.get(0));
        } else {
            for (int j = 0; j < nodes.length; j++) {
                boolean leftOut = nodes.length == 3 && j == 1 && first != FirstMoment.EXACT;
                if (!leftOut) {
                    through.through(nodes[j], values.get(nodes.length - 1 - j));
                }
            }
        }
        double[] moments = step.moments(through.size());
        if (nodes.length == 2 && moments.length == 2) {
            moments[1] = (inside ? middle : first).of(step);
        }
        return step.end(x, through, moments, noise, address);
    }
}
