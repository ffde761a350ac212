package org.diffusion4j.evaluate;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The variational bound of some samples, term by term. Rows are the steps of a grid, the noisiest first; columns are samples.
 *
 * @param prior L_T in bits per dimension, of each sample
 * @param steps L_{T−1} … L_0 in bits per dimension
 * @param x0Errors the mean squared error of x0 in each step
 * @param epsErrors that of eps
 */
public record BoundTerms(double[] prior, double[][] steps, double[][] x0Errors, double[][] epsErrors) {

    /** The whole bound of each sample: an upper bound on its negative log-likelihood in bits per dimension. */
    public double[] total() {
        return IntStream.range(0, prior.length)
                .mapToDouble(i -> prior[i]
                        + Arrays.stream(steps).mapToDouble(step -> step[i]).sum())
                .toArray();
    }

    /** These samples, then those. */
    public BoundTerms and(BoundTerms others) {
        return new BoundTerms(
                joined(prior, others.prior),
                joined(steps, others.steps),
                joined(x0Errors, others.x0Errors),
                joined(epsErrors, others.epsErrors));
    }

    private static double[] joined(double[] left, double[] right) {
        double[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    private static double[][] joined(double[][] left, double[][] right) {
        return IntStream.range(0, left.length)
                .mapToObj(i -> joined(left[i], right[i]))
                .toArray(double[][]::new);
    }
}
