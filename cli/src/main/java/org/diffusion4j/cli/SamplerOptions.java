package org.diffusion4j.cli;

import org.diffusion4j.sample.DiffusionModel;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how samples are drawn. */
final class SamplerOptions {

    @Option(
            names = "--sampler",
            defaultValue = "ddim",
            description = "One that 'samplers' lists (default: ${DEFAULT-VALUE}).")
    private String sampler;

    @Option(
            names = "--steps",
            defaultValue = "50",
            description = "How many timesteps are visited (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--eta",
            defaultValue = "0",
            description = "ddim: the share of noise put back at each step, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double eta;

    @Option(
            names = "--eta-rule",
            defaultValue = "deviation",
            description = "ddim: what eta multiplies: deviation (the paper), variance or sigma-hat"
                    + " (default: ${DEFAULT-VALUE}).")
    private String etaRule;

    @Option(names = "--variance", description = "ddpm: fixed-small, fixed-large or learned (default: fixed-small).")
    private @Nullable String variance;

    @Option(
            names = "--spacing",
            defaultValue = "trailing",
            description = "Which timesteps: leading, trailing, linspace or quadratic (default: ${DEFAULT-VALUE}).")
    private String spacing;

    @Option(
            names = "--guidance",
            description = "The scale of classifier-free guidance: above 1, pictures are more like their class and less"
                    + " various, for twice the time; 1 is none (default: as the model's recipe says).")
    private @Nullable Double guidance;

    /** As they are said, without guidance where nothing is said of it. */
    SampleSettings settings() {
        return new SampleSettings(
                sampler,
                steps,
                eta,
                etaRule,
                variance == null ? "fixed-small" : variance,
                spacing,
                guidance == null ? 1 : guidance);
    }

    /** As they are said, and where nothing is said of guidance, with that of the model's recipe. */
    SampleSettings settings(DiffusionModel model) {
        return guidance == null && model.card().recipe("sample", "guidance").orElse(1) instanceof Number usual
                ? settings().withGuidance(usual.doubleValue())
                : settings();
    }

    /** The variance of a reverse step, where one is said. */
    @Nullable
    String variance() {
        return variance;
    }
}
