package org.diffusion4j.schedule;

/**
 * A step in sigma/alpha that goes below its goal by a solver and comes back by fresh noise: {@code down² + up² = goal²}.
 *
 * <p>The split of DDPM's and DDIM's posterior in the coordinates x/alpha, as k-diffusion writes it.
 *
 * @param down where the solver goes
 * @param up the standard deviation of the noise
 */
public record AncestralStep(double down, double up) {

    /**
     * The split of the step from {@code from} to {@code to}.
     *
     * @param eta share of the ancestral noise: 0 none, 1 that of the posterior; more than fits is cut to what fits
     */
    public static AncestralStep of(double from, double to, double eta) {
        double up = Math.min(to, eta * to * Math.sqrt(Math.max(0, from * from - to * to)) / from);
        return new AncestralStep(Math.sqrt(to * to - up * up), up);
    }
}
