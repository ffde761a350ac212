package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

/**
 * A variance-preserving process in T steps: the betas, and alphaBar as their running product. Timesteps are 0 … T − 1; −1 is the
 * clean sample. Immutable.
 */
public final class DiscreteSchedule {

    private final double[] betas;
    private final double[] alphaBars;

    private DiscreteSchedule(double[] betas) {
        this.betas = betas;
        this.alphaBars = new double[betas.length];
        double alphaBar = 1;
        for (int t = 0; t < betas.length; t++) {
            alphaBar *= 1 - betas[t];
            alphaBars[t] = alphaBar;
        }
    }

    /**
     * The schedule of these betas.
     *
     * @throws IllegalArgumentException if there are none, or one lies outside (0, 1); only the last may be 1
     */
    public static DiscreteSchedule ofBetas(double... betas) {
        require(betas.length > 0, "a schedule needs at least one beta");
        for (int t = 0; t < betas.length; t++) {
            require(
                    0 < betas[t] && (betas[t] < 1 || betas[t] == 1 && t == betas.length - 1),
                    "beta of timestep %s must lie between 0 and 1, was %s",
                    t,
                    betas[t]);
        }
        return new DiscreteSchedule(betas.clone());
    }

    /**
     * The schedule whose √alphaBar is shifted so that the last is 0 and scaled so that the first stays.
     *
     * <p>Lin, Liu, Li, Yang, "Common Diffusion Noise Schedules and Sample Steps are Flawed", WACV 2024, algorithm 1.
     */
    public DiscreteSchedule withZeroTerminalSnr() {
        int last = steps() - 1;
        require(last > 0, "zero terminal SNR needs at least 2 steps");
        double first = Math.sqrt(alphaBar(0));
        double shift = Math.sqrt(alphaBar(last));
        double scale = first / (first - shift);
        double[] rescaled = new double[steps()];
        double before = 1;
        for (int t = 0; t <= last; t++) {
            double root = (Math.sqrt(alphaBar(t)) - shift) * scale;
            rescaled[t] = 1 - root * root / before;
            before = root * root;
        }
        return ofBetas(rescaled);
    }

    /** T. */
    public int steps() {
        return betas.length;
    }

    /** The variance that the step from t − 1 to t adds. */
    public double beta(int t) {
        return betas[checked(t, 0)];
    }

    /** The share of the clean sample's variance at t; {@code alphaBar(-1) = 1}. */
    public double alphaBar(int t) {
        return checked(t, -1) == -1 ? 1 : alphaBars[t];
    }

    /** q(x_s | x_t, x0) for s &lt; t at any distance, −1 for the clean sample. */
    public Posterior posterior(int t, int s) {
        return Posterior.of(
                Math.sqrt(alphaBar(t)), Math.sqrt(1 - alphaBar(t)), Math.sqrt(alphaBar(s)), Math.sqrt(1 - alphaBar(s)));
    }

    /** The step from t to t − 1; β̃ of timestep 0, which is 0, is replaced by that of timestep 1 (DDPM's code). */
    public Posterior chainStep(int t) {
        Posterior step = posterior(checked(t, 0), t - 1);
        return t > 0 || steps() == 1 ? step : step.withVariance(chainStep(1).variance());
    }

    private int checked(int t, int first) {
        require(first <= t && t < betas.length, "timestep %s lies outside %s … %s", t, first, betas.length - 1);
        return t;
    }
}
