package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * How samples are drawn, in the names that recipes and the command line use.
 *
 * @param sampler a name of {@link Samplers}
 * @param steps how many timesteps are visited, from 1 to those of the model
 * @param eta the share of noise, in [0, 1], of DDIM, dpm-solver-fast and dpm-solver-23
 * @param etaRule what eta multiplies: {@code deviation} (the paper), {@code variance} (the hand-out) or {@code sigma-hat}
 * @param variance DDPM's: {@code fixed-small}, {@code fixed-large} or, where the model has it, {@code learned}
 * @param spacing {@code leading}, {@code trailing}, {@code linspace} or {@code quadratic}
 * @param guidance the scale of classifier-free guidance, at least 0; 1 for none
 */
public record SampleSettings(
        String sampler, int steps, double eta, String etaRule, String variance, String spacing, double guidance) {

    public SampleSettings {
        Samplers.named(sampler);
        require(steps >= 1, "steps must be at least 1, was %s", steps);
        require(eta >= 0 && eta <= 1, "eta must lie in [0, 1], was %s", eta);
        EtaRule.named(etaRule);
        ReverseVariance.named(variance);
        Spacing.named(spacing);
        require(guidance >= 0, "guidance must be at least 0, was %s", guidance);
    }

    /** A sampler on trailing timesteps; where it is DDIM, without noise. */
    public static SampleSettings of(String sampler, int steps) {
        return new SampleSettings(sampler, steps, 0, "deviation", "fixed-small", "trailing", 1);
    }

    /** DDIM without noise on trailing timesteps: the same seed gives nearly the same picture at any number of steps. */
    public static SampleSettings ddim(int steps) {
        return of("ddim", steps);
    }

    /** DDIM without noise on so many timesteps from T − 1 to 0, which are those of the way back too. */
    public static SampleSettings encoding(int timesteps) {
        return ddim(timesteps).withSpacing(Spacing.LINSPACE);
    }

    /** DDPM's ancestral sampler with β̃ on trailing timesteps. */
    public static SampleSettings ddpm(int steps) {
        return of("ddpm", steps).withEta(1, EtaRule.DEVIATION);
    }

    /** These with other noise in DDIM. */
    public SampleSettings withEta(double eta, EtaRule rule) {
        return new SampleSettings(sampler, steps, eta, rule.toString(), variance, spacing, guidance);
    }

    /** These on other timesteps. */
    public SampleSettings withSpacing(Spacing spacing) {
        return new SampleSettings(sampler, steps, eta, etaRule, variance, spacing.toString(), guidance);
    }

    /** These with classifier-free guidance of another scale. */
    public SampleSettings withGuidance(double guidance) {
        return new SampleSettings(sampler, steps, eta, etaRule, variance, spacing, guidance);
    }

    /** The sampler. */
    public Sampler make() {
        return Samplers.named(sampler).make().apply(this);
    }

    /**
     * The timesteps.
     *
     * @param total T, those of the model
     * @throws IllegalArgumentException if there are fewer than {@link #steps}
     */
    public TimeGrid grid(int total) {
        return Spacing.named(spacing).grid(steps, total);
    }
}
