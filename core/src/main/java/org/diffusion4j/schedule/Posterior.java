package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

/**
 * q(x_s | x_t, x0) for a step from t down to s, whatever their distance: a Gaussian with mean
 * {@code x0Weight·x0 + xtWeight·x_t}.
 *
 * <p>DDPM, equations 6 and 7, where s = t − 1; here for any pair, as DDIM's skipped steps need it. From q(x_t | x_s) =
 * N(ratio·x_s, stepVariance) and q(x_s | x0) by Bayes, so it holds for processes that preserve variance and those that do not.
 *
 * @param x0Weight the mean's share of x0
 * @param xtWeight the mean's share of x_t
 * @param variance β̃, the variance of the posterior
 * @param stepVariance β, the variance that the forward process adds between s and t
 */
public record Posterior(double x0Weight, double xtWeight, double variance, double stepVariance) {

    private static final double ROUNDING = 1e-12;

    /**
     * The posterior of a pair of times.
     *
     * @throws IllegalArgumentException if s is noisier than t, or t has no noise
     */
    public static Posterior of(double alphaT, double sigmaT, double alphaS, double sigmaS) {
        double ratio = alphaT / alphaS;
        double stepVariance = sigmaT * sigmaT - ratio * ratio * sigmaS * sigmaS;
        require(
                sigmaT > 0 && stepVariance >= -ROUNDING,
                "a step must go to less noise, went from sigma %s to %s",
                sigmaT,
                sigmaS);
        stepVariance = Math.max(0, stepVariance);
        double gain = stepVariance / (sigmaT * sigmaT);
        double kept = sigmaS * sigmaS / (sigmaT * sigmaT);
        return new Posterior(alphaS * gain, ratio * kept, stepVariance * kept, stepVariance);
    }

    /** The same with another β̃. */
    public Posterior withVariance(double variance) {
        return new Posterior(x0Weight, xtWeight, variance, stepVariance);
    }
}
