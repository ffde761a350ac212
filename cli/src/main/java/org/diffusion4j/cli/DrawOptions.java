package org.diffusion4j.cli;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.sample.DiffusionModel;
import org.diffusion4j.sample.Draw;
import org.diffusion4j.sample.SampleSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which samples are drawn, and how. */
final class DrawOptions {

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

    @Option(
            names = "--variance",
            defaultValue = "fixed-small",
            description = "ddpm: fixed-small or fixed-large (default: ${DEFAULT-VALUE}).")
    private String variance;

    @Option(
            names = "--spacing",
            defaultValue = "trailing",
            description = "Which timesteps: leading, trailing, linspace or quadratic (default: ${DEFAULT-VALUE}).")
    private String spacing;

    @Option(names = "--seed", defaultValue = "0", description = "Same seed, same pictures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private LabelOption labels;

    @Option(
            names = "--batch-size",
            defaultValue = "64",
            description =
                    "How many go through the network at once; less takes less memory (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    /** Refuses what no model could draw, before one is loaded. */
    void check(int count) {
        draw(count, List.of());
    }

    private Draw draw(int count, List<Integer> numbers) {
        SampleSettings settings = new SampleSettings(sampler, steps, eta, etaRule, variance, spacing);
        return new Draw(settings, count, seed, numbers, batchSize);
    }

    /**
     * What they say of so many samples of a model.
     *
     * @throws IllegalArgumentException if it has no such class, or fewer timesteps
     */
    Draw of(DiffusionModel model, int count) {
        Draw draw = draw(count, labels.numbers(model));
        draw.settings().grid(model.process().table().steps());
        return draw;
    }

    /** The options of a draw as they are typed, but for labels where every class comes in turn. */
    static List<String> typed(Draw draw) {
        SampleSettings settings = draw.settings();
        List<String> words =
                new ArrayList<>(List.of("--sampler", settings.sampler(), "--steps", "" + settings.steps()));
        words.addAll(
                settings.sampler().equals("ddim")
                        ? List.of("--eta", "" + settings.eta(), "--eta-rule", settings.etaRule())
                        : List.of("--variance", settings.variance()));
        words.addAll(
                List.of("--spacing", settings.spacing(), "--count", "" + draw.count(), "--seed", "" + draw.seed()));
        if (!draw.labels().isEmpty()) {
            words.addAll(List.of(
                    "--label", draw.labels().stream().map(String::valueOf).collect(joining(","))));
        }
        words.addAll(List.of("--batch-size", "" + draw.batchSize()));
        return words;
    }
}
