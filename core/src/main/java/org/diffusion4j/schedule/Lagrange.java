package org.diffusion4j.schedule;

import java.util.Arrays;

/** Integrals of the polynomial through given nodes, for multistep methods with steps of any length. */
public final class Lagrange {

    private Lagrange() {}

    /**
     * The weights of the values at {@code nodes} in the integral of their polynomial.
     *
     * @param nodes all different, relative to the origin of the moments
     * @param moments the integrals of u^0, u^1, … under the kernel, as many as nodes
     */
    public static double[] weights(double[] nodes, double[] moments) {
        double[] weights = new double[nodes.length];
        for (int j = 0; j < nodes.length; j++) {
            double[] polynomial = polynomial(nodes, j);
            for (int k = 0; k < nodes.length; k++) {
                weights[j] += polynomial[k] * moments[k];
            }
        }
        return weights;
    }

    /** The integrals of u^0, u^1, … from 0 to {@code length}. */
    public static double[] moments(int count, double length) {
        double[] moments = new double[count];
        Arrays.setAll(moments, k -> Math.pow(length, k + 1) / (k + 1));
        return moments;
    }

    /** The coefficients, lowest first, of the polynomial that is 1 at node j and 0 at the others. */
    private static double[] polynomial(double[] nodes, int j) {
        double[] polynomial = new double[nodes.length];
        polynomial[0] = 1;
        for (int m = 0; m < nodes.length; m++) {
            if (m != j) {
                for (int k = nodes.length - 1; k >= 0; k--) {
                    double lower = k == 0 ? 0 : polynomial[k - 1];
                    polynomial[k] = (lower - nodes[m] * polynomial[k]) / (nodes[j] - nodes[m]);
                }
            }
        }
        return polynomial;
    }
}
