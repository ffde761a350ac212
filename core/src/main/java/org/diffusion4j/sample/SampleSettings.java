package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.diffusion4j.engine.Records;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.jspecify.annotations.Nullable;

/**
 * How samples are drawn, in the names that recipes and the command line use.
 *
 * @param sampler a name of {@link Samplers}, or of the model's scheduler class, which then
 *     draws as diffusers does
 * @param steps how many timesteps are visited, from 1 to those of the model
 * @param eta the share of noise, in [0, 1], of DDIM, dpm-solver-fast and dpm-solver-23
 * @param etaRule what eta multiplies
 * @param variance of DDPM's reverse steps; learned where the model has it
 * @param spacing which times, by a text of {@link TimeSpacings}: {@code leading}, {@code trailing}, {@code linspace}, {@code
 *     quadratic} or {@code uniform}; {@code leading+1} is one timestep further from the clean sample; {@code karras:rho=7}, {@code
 *     sigmas:14.6,3,0.1} and others
 * @param guidance the scale of classifier-free guidance, at least 0; 1 for none
 * @param rescale the share, in [0, 1], of guided output that is given the standard deviation of the output without guidance; 0 for none
 * @param guidanceInterval the noise levels with guidance, or null for all
 * @param options of the sampler, by the names of its {@link SamplerOption}s: numbers and texts; those that are as by default are
 *     left out
 */
public record SampleSettings(
        String sampler,
        int steps,
        double eta,
        EtaRule etaRule,
        ReverseVariance variance,
        String spacing,
        double guidance,
        @Records.Omittable double rescale,
        @Records.Omittable @Nullable GuidanceInterval guidanceInterval,
        Map<String, Object> options) {

    public SampleSettings {
        Samplers.maker(sampler);
        require(steps >= 1, "steps must be at least 1, was %s", steps);
        require(eta >= 0 && eta <= 1, "eta must lie in [0, 1], was %s", eta);
        TimeSpacings.named(spacing).requireSteps(steps);
        require(guidance >= 0, "guidance must be at least 0, was %s", guidance);
        require(rescale >= 0 && rescale <= 1, "rescale must lie in [0, 1], was %s", rescale);
        options = Samplers.options(sampler, options);
    }

    /** Without options of the sampler, and with guidance as it is, if any. */
    public SampleSettings(
            String sampler,
            int steps,
            double eta,
            EtaRule etaRule,
            ReverseVariance variance,
            String spacing,
            double guidance) {
        this(sampler, steps, eta, etaRule, variance, spacing, guidance, 0, null, Map.of());
    }

    /** A sampler on trailing timesteps; where it is DDIM, without noise. */
    public static SampleSettings of(String sampler, int steps) {
        return new SampleSettings(sampler, steps, 0, EtaRule.DEVIATION, ReverseVariance.FIXED_SMALL, "trailing", 1);
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
        return Records.with(this, Map.of("eta", eta, "etaRule", rule));
    }

    /** These with another variance of DDPM's reverse steps. */
    public SampleSettings withVariance(ReverseVariance variance) {
        return Records.with(this, "variance", variance);
    }

    /** These on other timesteps. */
    public SampleSettings withSpacing(Spacing spacing) {
        return withSpacing(spacing.toString());
    }

    /** These on other timesteps, by a text such as {@code leading+1}. */
    public SampleSettings withSpacing(String spacing) {
        return Records.with(this, "spacing", spacing);
    }

    /** These with classifier-free guidance of another scale. */
    public SampleSettings withGuidance(double guidance) {
        return Records.with(this, "guidance", guidance);
    }

    /**
     * These with another share of guided output that is given the standard deviation of the output without guidance (Lin et al. 2024).
     *
     * @param rescale in [0, 1]; 0 for none
     */
    public SampleSettings withRescale(double rescale) {
        return Records.with(this, "rescale", rescale);
    }

    /**
     * These with guidance at some noise levels only (Kynkäänniemi et al. 2024).
     *
     * @param interval null for all
     */
    public SampleSettings withGuidanceInterval(@Nullable GuidanceInterval interval) {
        return Records.with(this, "guidanceInterval", interval);
    }

    /** These with the guidance of others: its scale, rescaling and interval. */
    public SampleSettings withGuidanceOf(SampleSettings other) {
        return withGuidance(other.guidance).withRescale(other.rescale).withGuidanceInterval(other.guidanceInterval);
    }

    /** These with another number of timesteps. */
    public SampleSettings withSteps(int steps) {
        return Records.with(this, "steps", steps);
    }

    /**
     * These with another value of an option of the sampler.
     *
     * @param value a number, or a text as {@code diffuse samplers NAME} has it
     * @throws IllegalArgumentException if the sampler has no such option, or if the option takes no such value
     */
    public SampleSettings withOption(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(options);
        more.put(name, value);
        return Records.with(this, "options", more);
    }

    /**
     * The sampler, where it is one of {@link Samplers}.
     *
     * @throws IllegalArgumentException if it is a model's scheduler class, which only that model can draw by
     */
    public Sampler make() {
        return Samplers.named(sampler).make().apply(this);
    }

    /** What names that which is kept of samples drawn by these settings: all fields, and the sampler's revision from the second on. */
    public Map<String, @Nullable Object> identity() {
        Map<String, @Nullable Object> facts = Records.CAMEL_CASE.write(this);
        int revision = asPublished() ? 1 : make().revision();
        if (revision > 1) {
            facts.put("revision", revision);
        }
        return facts;
    }

    /** Whether the sampler is a model's scheduler class. */
    public boolean asPublished() {
        return Samplers.isScheduler(sampler);
    }

    /** Whether pictures depend on {@link #eta}. */
    public boolean asksForEta() {
        return !withEta(0, EtaRule.DEVIATION).drawsAs(withEta(1, EtaRule.DEVIATION));
    }

    /** Whether pictures depend on {@link #variance}. */
    public boolean asksForVariance() {
        return !withVariance(ReverseVariance.FIXED_SMALL).drawsAs(withVariance(ReverseVariance.FIXED_LARGE));
    }

    /** Samplers are records, equal where they draw alike. */
    private boolean drawsAs(SampleSettings other) {
        Function<SampleSettings, Sampler> maker = Samplers.maker(sampler);
        Sampler mine = maker.apply(this);
        return mine.equals(maker.apply(other))
                || !mine.equals(maker.apply(this)); // one that holds a function equals none
    }

    /**
     * Refuses what would change nothing without guidance.
     *
     * @throws IllegalArgumentException if there is none, but a rescaling or an interval of it
     */
    public void requireGuided() {
        require(
                guidance != 1 || rescale == 0,
                "rescale is %s, and there is no guidance to rescale: omit it, or set guidance",
                rescale);
        require(
                guidance != 1 || guidanceInterval == null,
                "the interval of guidance is %s, and there is no guidance: omit it, or set guidance",
                guidanceInterval);
    }

    /**
     * Refuses what would change nothing: noise that the sampler does not ask for (but DDPM's eta may be said to be 1, which it is),
     * options that have no effect beside the others, times between the ends for a sampler that chooses them.
     */
    public void requireAsked() {
        requireGuided();
        require(
                eta == 0 || asksForEta() || eta == 1 && asksForVariance(),
                "eta is %s, and %s does not ask for it: leave it at 0, or take ddim",
                eta,
                sampler);
        require(
                variance == ReverseVariance.FIXED_SMALL || asksForVariance(),
                "the variance is %s, and %s does not ask for it: leave it at fixed-small, or take ddpm",
                variance,
                sampler);
        if (!asPublished()) {
            Sampler made = make();
            options.keySet()
                    .forEach(option -> require(
                            !made.equals(without(option).make()),
                            "option %s of %s changes nothing with the others as they are (%s): omit it",
                            option,
                            sampler,
                            options));
            require(
                    !made.choosesTimes() || TimeSpacings.named(spacing).listed().isEmpty(),
                    "%s chooses its own times between the first and the last: omit %s, or take another sampler",
                    sampler,
                    spacing);
        }
    }

    private SampleSettings without(String option) {
        Map<String, Object> fewer = new LinkedHashMap<>(options);
        fewer.remove(option);
        return Records.with(this, "options", fewer);
    }

    /**
     * The times that are visited.
     *
     * @param process of the model
     * @throws IllegalArgumentException if it has no such times, or fewer than {@link #steps}
     */
    public TimeGrid grid(DiscreteProcess process) {
        return TimeSpacings.named(spacing).grid(process, steps);
    }
}
