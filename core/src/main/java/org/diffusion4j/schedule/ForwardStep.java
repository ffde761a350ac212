package org.diffusion4j.schedule;

/**
 * q(x_t | x_s) for a step of the forward process from s up to t: {@code x_t = kept·x_s + √variance·z}.
 *
 * @param kept alpha(t)/alpha(s); √(1 − β) in a chain that preserves variance
 * @param variance of the noise that is added; β there
 */
public record ForwardStep(double kept, double variance) {

    /** The standard deviation of the noise that is added. */
    public double deviation() {
        return Math.sqrt(variance);
    }
}
