package org.diffusion4j.cli;

import static java.util.Objects.requireNonNullElse;
import static org.diffusion4j.engine.Require.require;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how samples are drawn. */
final class SamplerOptions {

    private static final int STEPS = 50;

    @Option(
            names = "--sampler",
            description =
                    "One that 'samplers' lists, or the class that the model's scheduler file names, which draws as diffusers"
                            + " does (default: that of the model's recipe, else that class).")
    private @Nullable String sampler;

    @Option(
            names = "--steps",
            description = "How many timesteps are visited (default: as the model's recipe says of this sampler, else "
                    + STEPS + ").")
    private @Nullable Integer steps;

    @Option(
            names = "--eta",
            description =
                    "ddim: the share of noise put back at each step, 0 to 1 (default: as the recipe says, else 0).")
    private @Nullable Double eta;

    @Option(
            names = "--eta-rule",
            description = "ddim: what eta multiplies: deviation (the paper), variance or sigma-hat"
                    + " (default: as the recipe says, else deviation).")
    private @Nullable String etaRule;

    @Option(
            names = "--variance",
            description = "ddpm: fixed-small, fixed-large or learned"
                    + " (default: as the model's recipe or scheduler file says, else fixed-small).")
    private @Nullable String variance;

    @Option(
            names = "--spacing",
            description =
                    "Which timesteps: leading, trailing, linspace or quadratic; leading+1 is 1 further from the picture"
                            + " (default: as the model's recipe or scheduler file says, else trailing).")
    private @Nullable String spacing;

    @Option(
            names = "--guidance",
            description = "The scale of classifier-free guidance: above 1, pictures are more like their class and less"
                    + " various, for twice the time; 1 is none (default: as the recipe says, else 1).")
    private @Nullable Double guidance;

    /**
     * As they are said, and where nothing is said, as models are drawn that do not say either: to refuse what no model could draw,
     * before one is loaded.
     */
    SampleSettings settings() {
        return over(sampler == null ? SampleSettings.ddim(STEPS) : SampleSettings.of(sampler, STEPS), variance);
    }

    /**
     * As they are said, and where nothing is said, as the model draws; its steps and noise are for its own sampler only.
     *
     * @throws IllegalArgumentException if an option is given that the sampler does not ask for
     */
    SampleSettings settings(DiffusionModel model) {
        return settings(model, false);
    }

    /** The same, where the variance is also asked for by something else than the sampler. */
    SampleSettings settings(DiffusionModel model, boolean varianceIsAsked) {
        SampleSettings usual = model.settings();
        SampleSettings base = sampler == null || sampler.equals(usual.sampler())
                ? usual
                : model.settings(sampler).withGuidance(usual.guidance());
        requireAsked("--eta", eta, base.asksForEta(), base, "ddim");
        requireAsked("--eta-rule", etaRule, base.asksForEta(), base, "ddim");
        boolean variesVariance = base.asksForVariance();
        requireAsked("--variance", variance, variesVariance || varianceIsAsked, base, "ddpm");
        return over(base, variesVariance ? variance : null);
    }

    private static void requireAsked(
            String option, @Nullable Object value, boolean asked, SampleSettings base, String by) {
        require(
                value == null || asked,
                "%s is for %s, and the sampler is %s: omit it, or add --sampler %s",
                option,
                by,
                base.sampler(),
                by);
    }

    private SampleSettings over(SampleSettings base, @Nullable String variance) {
        return new SampleSettings(
                base.sampler(),
                requireNonNullElse(steps, base.steps()),
                requireNonNullElse(eta, base.eta()),
                requireNonNullElse(etaRule, base.etaRule()),
                requireNonNullElse(variance, base.variance()),
                requireNonNullElse(spacing, base.spacing()),
                requireNonNullElse(guidance, base.guidance()));
    }

    /** Whether neither sampler nor steps are said. */
    boolean isFree() {
        return sampler == null && steps == null;
    }

    /** Refuses all options but the variance, where nothing is drawn. */
    void requireFree() {
        Map<String, Optional<?>> said = new LinkedHashMap<>();
        said.put("--sampler", Optional.ofNullable(sampler));
        said.put("--steps", Optional.ofNullable(steps));
        said.put("--eta", Optional.ofNullable(eta));
        said.put("--eta-rule", Optional.ofNullable(etaRule));
        said.put("--spacing", Optional.ofNullable(spacing));
        said.put("--guidance", Optional.ofNullable(guidance));
        said.forEach((option, value) -> require(
                value.isEmpty(), "%s is for samples that a model draws, and none are drawn here: omit it", option));
    }

    /** The variance of a reverse step, where one is said. */
    @Nullable
    String variance() {
        return variance;
    }
}
