package org.diffusion4j.nn;

/** How a parameter begins. */
public sealed interface Initialiser {

    /** A constant: zeros for biases, ones for norm scales, zeros for the last convolution of a block (DDPM). */
    record Constant(double value) implements Initialiser {}

    /** U(−bound, bound); layers of PyTorch use {@code bound = 1/√fanIn} for weight and bias. */
    record Uniform(double bound) implements Initialiser {}

    /** N(0, std²), as embedding tables use it. */
    record Normal(double std) implements Initialiser {}

    Initialiser ZEROS = new Constant(0);
    Initialiser ONES = new Constant(1);

    /** PyTorch's default of linear and convolution layers. */
    static Initialiser fanIn(long fanIn) {
        return new Uniform(1 / Math.sqrt(fanIn));
    }
}
