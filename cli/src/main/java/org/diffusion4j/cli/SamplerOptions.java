package org.diffusion4j.cli;

import static java.util.Objects.requireNonNullElse;

import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how samples are drawn. */
final class SamplerOptions {

    private static final int STEPS = 50;

    @Option(
            names = "--sampler",
            description = "One that 'samplers' lists (default: that of the model's recipe, else ddim).")
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
            description = "ddpm: fixed-small, fixed-large or learned (default: as the recipe says, else fixed-small).")
    private @Nullable String variance;

    @Option(
            names = "--spacing",
            description = "Which timesteps: leading, trailing, linspace or quadratic"
                    + " (default: as the recipe says, else trailing).")
    private @Nullable String spacing;

    @Option(
            names = "--guidance",
            description = "The scale of classifier-free guidance: above 1, pictures are more like their class and less"
                    + " various, for twice the time; 1 is none (default: as the recipe says, else 1).")
    private @Nullable Double guidance;

    /** As they are said, and where nothing is said, as models are drawn that do not say either. */
    SampleSettings settings() {
        return over(SampleSettings.ddim(STEPS));
    }

    /** As they are said, and where nothing is said, as the model's recipe draws; its steps and noise are for its own sampler only. */
    SampleSettings settings(DiffusionModel model) {
        return over(model.card().sampling(SampleSettings.ddim(STEPS)));
    }

    private SampleSettings over(SampleSettings usual) {
        SampleSettings base = sampler == null || sampler.equals(usual.sampler())
                ? usual
                : SampleSettings.of(sampler, STEPS).withGuidance(usual.guidance());
        return new SampleSettings(
                base.sampler(),
                requireNonNullElse(steps, base.steps()),
                requireNonNullElse(eta, base.eta()),
                requireNonNullElse(etaRule, base.etaRule()),
                requireNonNullElse(variance, base.variance()),
                requireNonNullElse(spacing, base.spacing()),
                requireNonNullElse(guidance, base.guidance()));
    }

    /** The variance of a reverse step, where one is said. */
    @Nullable
    String variance() {
        return variance;
    }
}
