package org.diffusion4j.sample.sigma;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;

/**
 * Noise that is added before a step of a deterministic solver and taken away by it, to wash out earlier errors.
 *
 * <p>Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (EDM), algorithm 2, lines 4–6.
 *
 * @param amount S_churn: spread over all steps, each raises sigma by the factor 1 + min(amount/steps, √2 − 1); 0 for none
 * @param from S_tmin: no churn below this sigma/alpha
 * @param to S_tmax: no churn above it
 * @param noise S_noise: the standard deviation of what is added, a little above 1 against lost detail
 */
public record Churn(double amount, double from, double to, double noise) {

    /** None. */
    public static final Churn NONE = new Churn(0);

    public Churn {
        require(amount >= 0, "the amount of churn must not be negative, was %s", amount);
        require(0 <= from && from <= to, "churn needs 0 <= tmin <= tmax, were %s and %s", from, to);
        require(noise >= 0, "the noise of churn must not be negative, was %s", noise);
        if (amount == 0) { // no churn is one thing, whatever its limits would be
            from = 0;
            to = Double.POSITIVE_INFINITY;
            noise = 1;
        }
    }

    /** At all noise levels, with unit normal noise. */
    public Churn(double amount) {
        this(amount, 0, Double.POSITIVE_INFINITY, 1);
    }

    /** x after the churn, at its raised noise level. */
    record Stirred(Tensor x, double sigma) {}

    /** Raises x from the begin of step {@code step} of {@code steps}, not above the noisiest time of the process. */
    Stirred stir(Tensor x, SigmaSpace.Step step, int steps, SigmaSpace space, NoiseStream noise) {
        double sigma = step.sigma();
        double gamma = from <= sigma && sigma <= to ? Math.min(amount / steps, Math.sqrt(2) - 1) : 0;
        if (gamma == 0) {
            return new Stirred(x, sigma);
        }
        double raised = space.within(sigma * (1 + gamma));
        double std = this.noise * Math.sqrt(Math.max(0, raised * raised - sigma * sigma));
        return new Stirred(x.add(noise.draw(1 + step.i(), x), new Scalar(std)), raised);
    }
}
